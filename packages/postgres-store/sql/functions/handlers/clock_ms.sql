-- The time of this moment in whole milliseconds since 1970. Not that of the transaction: it may have waited.
create or replace function foldlog.clock_ms() returns bigint language sql volatile as $body$
  select floor(extract(epoch from clock_timestamp()) * 1000)::bigint
$body$;

revoke execute on function foldlog.clock_ms() from public;
