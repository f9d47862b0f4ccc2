-- The first of these events, in their order, whose id is stored already.
create function foldlog.first_known_id(events jsonb) returns uuid language sql stable as $body$
  select known.id
  from jsonb_array_elements(events) with ordinality e
  join foldlog.events known on known.id = (e.value ->> 0)::uuid
  order by e.ordinality
  limit 1
$body$;
