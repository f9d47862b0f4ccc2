-- Requests an action on a document, which makes the document due. Returns whether there is such a document.
create or replace function foldlog.request_document_action(
  handler_name text, in_number int, in_kind text, in_key text, in_action text
)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  perform foldlog.require_read_committed();
  if foldlog.is_name(in_action, 64) is not true then
    perform foldlog.raise_invalid_input('an action', in_action);
  end if;
  update foldlog.handler_documents d set requested_action = in_action, due = foldlog.clock_ms()
  where d.generation = foldlog.generation_id(handler_name, in_number) and d.kind = in_kind and d.key = in_key;
  return found::text;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.request_document_action(text, int, text, text, text) from public;
