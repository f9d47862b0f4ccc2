-- Whether a text is a name that the client accepts: neither empty nor longer than `longest` UTF-16 code units, without
-- control characters. A text has no more code units than bytes, so nearly all names pass by their bytes.
--
-- The functions here have one expression and no settings, so Postgres puts that expression in the place of the call.
-- `chr`, because the meaning of a backslash depends on the client's `standard_conforming_strings`.
create or replace function foldlog.is_name(value text, longest int) returns boolean language sql immutable as $body$
  select value <> '' and value !~ ('[' || chr(1) || '-' || chr(31) || chr(127) || '-' || chr(159) || ']')
    and (octet_length(value) <= longest or foldlog.code_units(value) <= longest)
$body$;

revoke execute on function foldlog.is_name(text, int) from public;
