-- The anchor of a position: the last event at or before it. Most positions have an event of their own, which is found
-- without reading its neighbours. Where there is one, both branches have the same row, so their order does not matter.
create or replace function foldlog.anchor_at_position(at_position bigint)
returns table (anchor_position bigint, anchor_id uuid) language sql stable as $body$
  select e.position, e.id from (
    select position, id from foldlog.events where position = at_position
    union all
    (select position, id from foldlog.events where position <= at_position order by position desc limit 1)
  ) e
  limit 1
$body$;

revoke execute on function foldlog.anchor_at_position(bigint) from public;
