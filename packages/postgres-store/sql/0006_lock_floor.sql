-- Says "I draw positions above this floor" until the end of the transaction: until then the horizon of readers goes no further. Gives the floor, which is the
-- last position that was drawn. A select from the sequence would give up to 32 more for a moment, what `nextval` logs ahead, and an append then be refused.
-- A transaction of the caller's locks it once, however many appends it makes, or it would fill the server's table of locks: the setting that says so
-- is taken back where the lock is, at the end of the transaction or by a rollback to a savepoint.
--
-- It is called for every append, so it has no query, which costs ten times an assignment: hence `taken` and `told`.
create function foldlog.lock_floor(log oid) returns bigint language plpgsql as $body$
declare
  locked constant text := 'foldlog_floor.of_' || log;
  floor bigint := pg_sequence_last_value(log);
  taken text; told text;
begin
  if floor is null then
    -- Nothing was drawn: then it stands before the first there is to draw, which in a log that was restored is a high one.
    floor := coalesce((select last_value - 1 from foldlog.positions where not is_called), pg_sequence_last_value(log));
  end if;
  if coalesce(current_setting(locked, true), '') = '' then
    taken := pg_advisory_xact_lock_shared(foldlog.floor_key(log, floor));
    told := set_config(locked, 'locked', true);
  end if;
  return floor;
end
$body$;
