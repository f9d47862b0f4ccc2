-- Marks a stream as deleted and removes its snapshots: ["deleted", version], or the reason why not: ["missing"],
-- ["gone", version], ["conflict", version].
-- expected: -1 any, -2 stream exists, from 0 exact.
create or replace function foldlog.delete_stream(of_stream text, expected bigint) returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target foldlog.streams;
begin
  perform foldlog.require_read_committed();
  select * into target from foldlog.streams s where s.name = of_stream and s.version > 0 for update;
  if target.id is null then return '["missing"]'; end if;
  if target.deleted_at is not null then return json_build_array('gone', target.version)::text; end if;
  if not (expected = -1 or expected = -2 or expected = target.version) then
    return json_build_array('conflict', target.version)::text;
  end if;
  update foldlog.streams s set deleted_at = clock_timestamp() where s.id = target.id;
  delete from foldlog.snapshots s where s.stream = target.id;
  return json_build_array('deleted', target.version)::text;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.delete_stream(text, bigint) from public;
