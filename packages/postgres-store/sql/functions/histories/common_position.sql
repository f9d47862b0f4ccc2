-- The last position up to which the log certainly has everything that a history had. An event before the end of the
-- shared part may be lost all the same: its transaction was open at the moment to which the log went back. Its position
-- was drawn, and is not drawn again, so it is a gap now. Not every gap is such a one. The result is before the first
-- gap among the last 1,000 positions.
create or replace function foldlog.common_position(of_history uuid) returns bigint language sql stable as $body$
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
  from foldlog.last_shared_position(of_history) shared
$body$;

revoke execute on function foldlog.common_position(uuid) from public;
