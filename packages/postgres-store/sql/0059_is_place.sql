-- The last position that the log shares with a history; null for a history that the log does not know. Without a
-- history it is the end of the log.
create function foldlog.shared_with(of_history uuid) returns bigint language sql stable as $body$
  select case when of_history is null then stored.last else (
    select least(stored.last, (select min(later.begins) from foldlog.log_histories later where later.number > h.number))
    from foldlog.log_histories h where h.id = of_history
  ) end
  from (select coalesce((select max(e.position) from foldlog.events e), 0) as last) stored
$body$;

-- Whether a remembered place (a position, and the history in which it was read, or null) is a place of this log. The
-- beginning of a log is the same in all histories.
--
-- Proof. Let (p, h) be remembered: p was settled when it was read in h. When h is current, no later history has begun.
-- Then the log has only grown since, or it went back and nothing was appended afterwards; in that case it ends before
-- p. When a later history begins at b, all that was stored at that moment was at or before b. If p <= b for every later
-- history, p was never cut off. If b < p for one of them, what was read at p was not stored when that history began.
create function foldlog.is_place(at_position bigint, in_history uuid) returns boolean language sql stable as $body$
  select at_position = 0 or coalesce(at_position <= foldlog.shared_with(in_history), false)
$body$;

-- The last position up to which the log certainly has everything that a history had. An event before the end of what is shared may be gone all the same: its transaction was open
-- at the moment to which the log went back. Its position was drawn, and is not drawn again, so it is a gap now. Not every gap is such a one; this ends before
-- the first of the last 1,000 positions.
create function foldlog.common_with(of_history uuid) returns bigint language sql stable as $body$
  select coalesce(
    (
      select e.before
      from (
        select e.position, lag(e.position, 1, greatest(shared - 1000, 0)) over (order by e.position) as before
        from foldlog.events e where e.position > shared - 1000 and e.position <= shared
      ) e
      where e.position > e.before + 1 order by e.position limit 1
    ),
    shared
  )
  from foldlog.shared_with(of_history) shared
$body$;
