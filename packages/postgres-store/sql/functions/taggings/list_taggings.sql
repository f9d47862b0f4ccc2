-- The taggings of the log, by name: [[name, [[type, prefix, category], ...], promoted], ...].
create or replace function foldlog.list_taggings() returns text language sql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
  select coalesce(jsonb_agg(jsonb_build_array(t.name, t.required, t.promoted) order by t.name), '[]')::text
  from foldlog.taggings t
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.list_taggings() from public;
