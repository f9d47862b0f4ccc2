-- A document as one JSON text, the form in which every read returns it:
-- [kind, key, partition, position, due, requested_action, data]
create or replace function foldlog.document_json(d foldlog.handler_documents) returns text language sql stable as $body$
  select json_build_array(d.kind, d.key, d.partition, d.position, d.due, d.requested_action, d.data)::text
$body$;

revoke execute on function foldlog.document_json(foldlog.handler_documents) from public;
