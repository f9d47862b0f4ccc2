-- Ends an inline projection: appends no longer bring views for it, and workers may continue it from there. True when it
-- was open.
create or replace function foldlog.end_inline_projection(handler_name text) returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
set lock_timeout = '2s'
as $body$
declare
  ended foldlog.inline_projections;
begin
  perform foldlog.require_read_committed();
  lock table foldlog.log_state, foldlog.inline_projections in exclusive mode;
  delete from foldlog.inline_projections i using foldlog.handlers h where h.id = i.handler and h.name = handler_name
  returning i.* into ended;
  if ended.generation is null then return 'false'; end if;
  perform foldlog.release_inline_partitions(ended);
  return 'true';
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.end_inline_projection(text) from public;
