-- The length of a text in UTF-16 code units, as JavaScript counts it. Characters beyond U+FFFF count twice.
create or replace function foldlog.code_units(value text) returns int language sql immutable as $body$
  select length(value) + length(regexp_replace(value, '[^' || chr(65536) || '-' || chr(1114111) || ']', '', 'g'))
$body$;

revoke execute on function foldlog.code_units(text) from public;
