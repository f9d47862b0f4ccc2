-- The last version of a stream at or before a position; 0 when the stream begins after it. `head` is the version of the
-- stream. Positions ascend with versions within a stream. So a binary search in the index of versions finds it, however
-- long the stream is, and no index of positions by stream is needed.
create or replace function foldlog.version_at_position(of_stream bigint, head bigint, at_position bigint)
returns bigint language plpgsql stable as $body$
declare
  low bigint := 0;
  high bigint := head + 1;
  middle bigint;
begin
  while high - low > 1 loop
    middle := (low + high) / 2;
    if (select e.position <= at_position from foldlog.events e where e.stream = of_stream and e.version = middle) then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return low;
end
$body$;

revoke execute on function foldlog.version_at_position(bigint, bigint, bigint) from public;
