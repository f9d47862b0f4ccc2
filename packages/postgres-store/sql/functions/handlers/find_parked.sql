-- The number of the serving generation, then the documents of its parked events at these positions, by key: at most
-- 1,000. An index finds them, so the cost does not depend on the number of other parked events.
create or replace function foldlog.find_parked(handler_name text, positions jsonb)
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, null);
begin
  return next coalesce((select g.number from foldlog.handler_generations g where g.id = target), 0)::text;
  return query
    select foldlog.document_json(d)
    from (select distinct value from jsonb_array_elements(positions)) p
    cross join lateral (
      select * from foldlog.handler_documents d
      where d.generation = target and d.kind = 'parked' and d.parked_position = p.value
    ) d
    order by d.key limit 1000;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.find_parked(text, jsonb) from public;
