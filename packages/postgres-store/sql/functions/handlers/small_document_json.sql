-- The same as foldlog.document_json for a document that is small: its data is neither compressed nor stored outside of
-- the row, so it has less than 2 kB. Null for every other document, unless `of_any_size`. See foldlog.small_event_json.
create or replace function foldlog.small_document_json(d foldlog.handler_documents, of_any_size boolean default false)
returns text language sql stable as $body$
  select case
    when of_any_size or pg_column_compression(d.data) is null and pg_column_size(d.data) < 2048
    then foldlog.document_json(d)
  end
$body$;

revoke execute on function foldlog.small_document_json(foldlog.handler_documents, boolean) from public;
