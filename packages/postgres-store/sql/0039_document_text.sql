-- A document as one JSON text, the form in which every read gives it out: [kind, key, partition, position, due, wish, data].
create function foldlog.document_text(d foldlog.handler_documents) returns text language sql stable as $body$
  select json_build_array(d.kind, d.key, d.partition, d.position, d.due, d.wish, d.data)::text
$body$;
