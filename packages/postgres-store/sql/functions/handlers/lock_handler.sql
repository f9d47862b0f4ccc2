-- Returns a handler and locks its row until the transaction ends; nothing when there is no such handler. Every function
-- that changes which generations a handler has, or which one serves, begins here. So these changes come one at a time.
create or replace function foldlog.lock_handler(handler_name text) returns foldlog.handlers language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers;
begin
  perform foldlog.require_read_committed();
  select * into known from foldlog.handlers h where h.name = handler_name for no key update;
  return known;
end
$body$;

revoke execute on function foldlog.lock_handler(text) from public;
