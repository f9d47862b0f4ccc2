-- The first id among these events, in their order, that is stored already.
create or replace function foldlog.find_stored_id(events jsonb) returns uuid language sql stable as $body$
  select known.id
  from jsonb_array_elements(events) with ordinality e
  join foldlog.events known on known.id = (e.value ->> 0)::uuid
  order by e.ordinality
  limit 1
$body$;

revoke execute on function foldlog.find_stored_id(jsonb) from public;
