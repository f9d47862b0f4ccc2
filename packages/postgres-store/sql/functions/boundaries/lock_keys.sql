-- Locks keys of tags until the transaction ends, in their order; see foldlog.boundary_keys. It waits for transactions
-- that hold a key in a mode that conflicts. These locks have two numbers, the sequence of the log and the key, so they
-- are not taken for locks of floors. No other log of the database has that sequence.
--
-- One statement, because a statement for each key takes four times as long. `unnest` returns the keys in their order,
-- and the locks are taken row by row.
create or replace function foldlog.lock_keys(log oid, keys int[]) returns void language plpgsql volatile as $body$
declare
  space constant int := log::bigint - 2147483648;
begin
  perform count(
    case when key & 1 = 1 then pg_advisory_xact_lock(space, key >> 1)::text
      else pg_advisory_xact_lock_shared(space, key >> 1)::text
    end
  )
  from unnest(keys) key;
end
$body$;

revoke execute on function foldlog.lock_keys(oid, int[]) from public;
