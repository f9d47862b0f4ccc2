-- Clients call these functions and touch no table: so whoever runs handlers can neither change a document without the lease of its partition nor write
-- past the revision. They run as their owner, and must therefore find nothing by way of the caller's search path.
alter function foldlog.register_handler(text, int, int, bigint) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.promote_handler(text, int) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.retire_handler(text, int) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.remove_retired(int) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.heartbeat(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.release_leases(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.commit_handlers(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.get_documents(text, int, text, jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.list_documents(text, int, text, jsonb, jsonb, text, text, text, int) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.due_documents(text, int, jsonb, int) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.wish_document(text, int, text, text, text) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.handler_checkpoints(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.handler_status() security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.handler_generations() security definer set search_path = pg_catalog, pg_temp;

-- Everybody may execute a new function. These wait for a grant, the others are for these alone.
revoke execute on function
  foldlog.register_handler(text, int, int, bigint), foldlog.promote_handler(text, int), foldlog.retire_handler(text, int), foldlog.remove_retired(int),
  foldlog.heartbeat(jsonb), foldlog.release_leases(jsonb), foldlog.commit_handlers(jsonb), foldlog.get_documents(text, int, text, jsonb),
  foldlog.list_documents(text, int, text, jsonb, jsonb, text, text, text, int), foldlog.due_documents(text, int, jsonb, int),
  foldlog.wish_document(text, int, text, text, text), foldlog.handler_checkpoints(jsonb), foldlog.handler_status(),
  foldlog.handler_generations(),
  foldlog.locked_handler(text), foldlog.generation_id(text, int), foldlog.clock_ms(), foldlog.beats(jsonb), foldlog.standing(bigint, text, int),
  foldlog.lease_end(foldlog.handler_members),
  foldlog.document_text(foldlog.handler_documents)
from public;
