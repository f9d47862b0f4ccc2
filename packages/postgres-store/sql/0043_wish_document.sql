-- Puts a wish on a document, which makes it due: whether there is such a document.
create function foldlog.wish_document(handler_name text, in_number int, in_kind text, in_key text, in_wish text) returns text language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  perform foldlog.require_read_committed();
  update foldlog.handler_documents d set wish = in_wish, due = foldlog.clock_ms()
  where d.generation = foldlog.generation_id(handler_name, in_number) and d.kind = in_kind and d.key = in_key;
  return found::text;
end
$body$;
