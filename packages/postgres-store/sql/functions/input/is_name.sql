-- Whether a text is a name that the client accepts: neither empty nor longer than `longest` UTF-16 code units, without
-- control characters. A text has no more code units than bytes, so for most names the number of bytes decides.
--
-- The functions in this folder have one expression and no settings, so that Postgres can inline the expression. They
-- use `chr`, because the meaning of a backslash depends on `standard_conforming_strings` of the client.
create or replace function foldlog.is_name(value text, longest int) returns boolean language sql immutable as $body$
  select value <> '' and value !~ ('[' || chr(1) || '-' || chr(31) || chr(127) || '-' || chr(159) || ']')
    and (octet_length(value) <= longest or foldlog.code_units(value) <= longest)
$body$;

revoke execute on function foldlog.is_name(text, int) from public;
