-- One row with the number of ids, then the stored events with these ids, by position. A row is null when its event is
-- not small (see foldlog.small_event_json): then foldlog.find_large_events returns them, a part at a time.
create or replace function foldlog.find_events(ids jsonb) returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  return next jsonb_array_length(ids)::text;
  return query
    select foldlog.small_event_json(s.name, e)
    from (select distinct value::uuid as id from jsonb_array_elements_text(ids)) wanted
    join foldlog.events e on e.id = wanted.id
    join foldlog.streams s on s.id = e.stream
    order by e.position;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.find_events(jsonb) from public;
