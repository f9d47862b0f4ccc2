-- Removes a handler and registers it, in one transaction, so that no process finds it missing. Its only generation
-- begins at `in_start` and serves. The answer is that of foldlog.remove_handler.
create or replace function foldlog.reset_handler(
  handler_name text, in_number int, partitions int, in_start bigint, in_identity jsonb
)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  removed constant text := foldlog.remove_handler(handler_name);
begin
  if removed::json -> 'generations' is not null then
    perform foldlog.register_handler(handler_name, in_number, partitions, in_start, in_identity, null);
  end if;
  return removed;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.reset_handler(text, int, int, bigint, jsonb) from public;
