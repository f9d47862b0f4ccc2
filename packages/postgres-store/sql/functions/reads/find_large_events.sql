-- The stored events with these ids, by position, before them one row with the number of ids. The row `more` is the last
-- one when the answer ends early, because it has 16,000,000 bytes: the caller then requests the missing events.
create or replace function foldlog.find_large_events(ids jsonb) returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  places constant bigint[] := array(
    select e.position
    from (select distinct value::uuid as id from jsonb_array_elements_text(ids)) wanted
    join foldlog.events e on e.id = wanted.id
    order by e.position
  );
begin
  return next jsonb_array_length(ids)::text;
  return query select foldlog.event_texts(places);
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.find_large_events(jsonb) from public;
