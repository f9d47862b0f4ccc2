-- Whether everything that a history had at or before a position is certainly in this log. The marker of a boundary
-- needs that, because it may have seen all of it. A log position needs less (foldlog.is_log_position): an event before
-- it may be lost, whose transaction was open at the moment to which the log went back. Such an event is a gap, see
-- foldlog.common_position. Not every gap is such an event, so the answer may be false although nothing is lost. Then
-- the caller reads again.
create or replace function foldlog.is_certain_position(at_position bigint, in_history uuid)
returns boolean language sql stable as $body$
  select at_position = 0 or coalesce(at_position <= foldlog.common_position(in_history), false)
$body$;

revoke execute on function foldlog.is_certain_position(bigint, uuid) from public;
