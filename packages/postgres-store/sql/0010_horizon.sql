-- The position up to which the log is settled: nothing will ever appear at or before it. See docs/floor-lock.md for the proof.
-- The order of the two looks is what makes it true: first the sequence, then the locks.
create function foldlog.horizon() returns bigint language plpgsql volatile
-- A plan made while the table is small would go through all of it when it is large.
set enable_seqscan = off
as $body$
declare
  log oid;
  high bigint;
  lowest bigint;
begin
  if pg_is_in_recovery() then
    raise exception using errcode = 'FL004', message = 'a standby knows no locks of writers: the log is read from the primary';
  end if;
  select tableoid into log from foldlog.positions;
  if (select seqcache from pg_sequence where seqrelid = log) <> 1 then
    raise exception using errcode = 'FL003', message = 'the sequence of positions must have cache 1, or readers would lose events';
  end if;

  select last_value into high from foldlog.positions;

  -- A key holds the lower 40 bits of a position; the distance to `high`, taken as a signed number of 40 bits, gives back the rest. A writer
  -- that came after the first look has a floor above `high`, and does not matter.
  select min(high + case when distance < 549755813888 then distance else distance - 1099511627776 end) into lowest
  from (
    select ((((classid::bigint & 255) << 32) | objid::bigint) - high) & 1099511627775 as distance
    from pg_locks
    where locktype = 'advisory' and objsubid = 1 and granted
      and database = (select oid from pg_database where datname = current_database())
      and classid::bigint >> 8 = log::bigint & 16777215
  ) floors;

  -- No further than to an event that is stored: what was drawn and rolled back may not have come to the disk, and is drawn again after a crash. A
  -- commit comes to the disk after the positions it used, and before anybody sees it.
  return least(high, lowest, coalesce((select max(position) from foldlog.events), 0));
end
$body$;
