-- The inline projections that are open: [[name, generation, partitions, [category, ...]], ...].
create or replace function foldlog.list_inline_projections() returns text language sql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
  select coalesce(json_agg(json_build_array(
    h.name, i.generation,
    (select count(*) from foldlog.handler_partitions p
      where p.generation = foldlog.generation_id(h.name, i.generation)),
    i.categories
  ) order by h.name), '[]')::text
  from foldlog.inline_projections i join foldlog.handlers h on h.id = i.handler
  where i.generation is not null
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.list_inline_projections() from public;
