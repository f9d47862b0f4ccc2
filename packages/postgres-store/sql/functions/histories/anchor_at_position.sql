-- The anchor of a position: the last event at or before it.
create or replace function foldlog.anchor_at_position(at_position bigint)
returns table (anchor_position bigint, anchor_id uuid) language sql stable as $body$
  select e.position, e.id from foldlog.events e where e.position <= at_position order by e.position desc limit 1
$body$;

revoke execute on function foldlog.anchor_at_position(bigint) from public;
