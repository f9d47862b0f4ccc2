-- Whether a remembered place is in this log: a position, and the history in which it was read, or null. The beginning
-- of a log is the same in all histories.
--
-- Proof. Let (p, h) be remembered: p was settled when it was read in h. When h is current, no later history has begun.
-- Then the log has only grown since, or it went back and nothing was appended afterwards; in that case it ends before
-- p. When a later history begins at b, everything that was stored at that moment was at or before b. If p <= b for
-- every later history, p was never cut off. If b < p for one of them, the event read at p was not stored when that
-- history began.
create or replace function foldlog.is_log_position(at_position bigint, in_history uuid)
returns boolean language sql stable as $body$
  select at_position = 0 or coalesce(at_position <= foldlog.last_shared_position(in_history), false)
$body$;

revoke execute on function foldlog.is_log_position(bigint, uuid) from public;
