-- The position up to which the log is settled: nothing will ever appear at or before it. See docs/floor-lock.md for the proof.
-- The order of the looks is what makes it true: first the last event, then the locks. The events are read after that, by another statement.
create or replace function foldlog.settled_position() returns bigint language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
-- A plan made while the table is small would go through all of it when it is large.
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  log oid;
  high bigint;
  keys bigint[];
  later bigint;
begin
  if pg_is_in_recovery() then
    raise exception using errcode = 'FL004', message = 'a standby knows no locks of writers: the log is read from the primary';
  end if;

  -- Every position before one that is stored was drawn before it. The sequence would be no better: what was drawn and rolled back may not have come to the disk, and
  -- is drawn again after a crash (a commit comes to the disk after the positions it used, and before anybody sees it). And worse: `nextval` writes there for a
  -- moment what it logs ahead, up to 32 more than was drawn, and who selects sees it.
  select tableoid into log from foldlog.positions;
  high := coalesce((select max(position) from foldlog.events), 0);

  select array_agg((classid::bigint & 255) << 32 | objid::bigint) into keys
  from pg_locks
  where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock' and granted
    and database = (select oid from pg_database where datname = current_database())
    and classid::bigint >> 8 = log::bigint & 16777215;

  -- A key holds the lower 40 bits of a floor. The rest follows from this look: every floor was read before its lock was seen, so none is above what the
  -- sequence says now, be that a few too high. (It may be above `high`; such a writer came later, and does not matter.)
  select last_value - (not is_called)::int into later from foldlog.positions;

  return least(high, (select min(later - ((later - key) & 1099511627775)) from unnest(keys) key));
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.settled_position() from public;
