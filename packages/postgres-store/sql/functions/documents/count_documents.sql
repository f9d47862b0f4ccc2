-- The first row of foldlog.query_documents, then the number of documents that the filter selects.
create or replace function foldlog.count_documents(handler_name text, in_number int, in_kind text, filter jsonb)
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, in_number);
  counted bigint;
begin
  return next foldlog.generation_header(target);
  execute $query$select count(*) from foldlog.handler_documents where $query$
    || foldlog.document_conditions(target, in_kind, filter) into counted;
  return next counted::text;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.count_documents(text, int, text, jsonb) from public;
