-- The position before the first event that was recorded at this time or later, up to `head`. A binary search in the
-- index of positions. It is exact where times ascend with positions.
create or replace function foldlog.position_at_time(moment timestamptz, head bigint)
returns bigint language plpgsql stable as $body$
declare
  low bigint := 0; high bigint := head; middle bigint; place bigint; recorded timestamptz;
begin
  -- Every event that was read up to `low` is earlier. The first one behind `high` is not, or there is none.
  while low < high loop
    middle := (low + high) / 2;
    select e.position, e.recorded_at into place, recorded from foldlog.events e
    where e.position > middle and e.position <= high order by e.position limit 1;
    if place is null or recorded >= moment then
      high := middle;
    else
      low := place;
    end if;
  end loop;
  return low;
end
$body$;

revoke execute on function foldlog.position_at_time(timestamptz, bigint) from public;
