-- The position up to which the log is settled: nothing will ever appear at or before it. See docs/floor-lock.md for the proof.
-- The order of the looks is what makes it true: first the sequence, then the locks. The events are read after that, by another statement.
create function foldlog.horizon() returns bigint language plpgsql volatile
-- A plan made while the table is small would go through all of it when it is large.
set enable_seqscan = off
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

  -- Not `last_value` of the table: whoever looks there while a position is drawn may see one that is 32 later, which Postgres logs ahead, and the next time an
  -- earlier one. This function waits for what is being drawn.
  select tableoid into log from foldlog.positions;
  high := coalesce(pg_sequence_last_value(log), 0);

  select array_agg((classid::bigint & 255) << 32 | objid::bigint) into keys
  from pg_locks
  where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock' and granted
    and database = (select oid from pg_database where datname = current_database())
    and classid::bigint >> 8 = log::bigint & 16777215;

  -- A key holds the lower 40 bits of a floor. The rest follows from this third look: every floor was read before its lock was seen, so none is
  -- above what the sequence says now. (It may be above `high`; such a writer came later, and does not matter.)
  later := coalesce(pg_sequence_last_value(log), 0);

  -- No further than to an event that is stored: what was drawn and rolled back may not have come to the disk, and is drawn again after a crash. A
  -- commit comes to the disk after the positions it used, and before anybody sees it.
  return least(
    high,
    (select min(later - ((later - key) & 1099511627775)) from unnest(keys) key),
    coalesce((select max(position) from foldlog.events), 0)
  );
end
$body$;
