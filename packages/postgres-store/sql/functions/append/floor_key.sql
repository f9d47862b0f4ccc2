-- The key of the advisory lock of a transaction that draws positions above this floor. Its upper 24 bits are the key
-- space of this log, its lower 40 bits the lower 40 bits of the floor.
create or replace function foldlog.floor_key(log oid, floor bigint) returns bigint language sql immutable as $body$
  select ((log::bigint & 16777215) << 40) | (floor & 1099511627775)
$body$;

revoke execute on function foldlog.floor_key(oid, bigint) from public;
