-- [version, deleted] of a stream; version 0 for a stream without events.
create or replace function foldlog.stream_info(of_stream text) returns text language sql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
  select json_build_array(coalesce(max(s.version), 0), count(s.deleted_at) > 0)::text
  from foldlog.streams s where s.name = of_stream and s.version > 0
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.stream_info(text) from public;
