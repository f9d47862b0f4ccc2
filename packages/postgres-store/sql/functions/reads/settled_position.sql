-- The settled position: no event will ever appear at or before it. See docs/floor-lock.md for the proof. It depends on
-- the order: first the last event, then the locks. Another statement reads the events after that.
create or replace function foldlog.settled_position() returns bigint language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  log oid;
  high bigint;
  keys bigint[];
  later bigint;
begin
  if pg_is_in_recovery() then
    raise exception using errcode = 'FL004',
      message = 'a standby does not know the locks of writers: read the log from the primary';
  end if;

  -- Every position before a stored one was drawn before it. The sequence would not do. Positions that were drawn and
  -- rolled back may not be on disk, and are drawn again after a crash. (A commit is on disk after the positions that it
  -- used, and before any session sees it.) And `nextval` writes for a moment what it logs ahead, up to 32 more than was
  -- drawn, and a select sees that.
  select tableoid into log from foldlog.positions;
  high := coalesce((select max(position) from foldlog.events), 0);

  select array_agg((classid::bigint & 255) << 32 | objid::bigint) into keys
  from pg_locks
  where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock' and granted
    and database = (select oid from pg_database where datname = current_database())
    and classid::bigint >> 8 = log::bigint & 16777215;

  -- A key holds the lower 40 bits of a floor. This read of the sequence gives the rest: every floor was read before its
  -- lock was seen, so none is above the number that the sequence has now, even if that is a few too high. (A floor may
  -- be above `high`: such a writer came later, and does not matter.)
  select last_value - (not is_called)::int into later from foldlog.positions;

  -- A floor may be below 0; see foldlog.lock_floor.
  return least(high, (select min(greatest(0, later - ((later - key) & 1099511627775))) from unnest(keys) key));
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.settled_position() from public;
