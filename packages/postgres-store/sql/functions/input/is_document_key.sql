-- Whether a text is the key of a document: 1 to 512 UTF-16 code units. The application chooses keys, so control
-- characters are valid. See foldlog.is_name.
create or replace function foldlog.is_document_key(value text) returns boolean language sql immutable as $body$
  select value <> '' and (octet_length(value) <= 512 or foldlog.code_units(value) <= 512)
$body$;

revoke execute on function foldlog.is_document_key(text) from public;
