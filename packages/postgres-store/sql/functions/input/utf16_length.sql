-- The length of a text in UTF-16 code units, as JavaScript counts it. Characters beyond U+FFFF count twice.
create or replace function foldlog.utf16_length(value text) returns int language sql immutable as $body$
  select length(value) + length(regexp_replace(value, '[^' || chr(65536) || '-' || chr(1114111) || ']', '', 'g'))
$body$;

revoke execute on function foldlog.utf16_length(text) from public;
