-- Keeps a snapshot, unless a newer one is there, or the stream has not come so far or is deleted. The key share lock keeps a deletion
-- (which locks for update) from slipping in between; it does not hinder appends.
create function foldlog.save_snapshot(of_stream text, shape int, at_version bigint, new_state jsonb) returns void language sql volatile as $body$
  with open as (
    select id from foldlog.streams
    where name = of_stream and deleted_at is null and version >= at_version
    for key share
  )
  insert into foldlog.snapshots as kept (stream, schema_version, version, state)
  select id, shape, at_version, new_state from open
  on conflict (stream, schema_version) do update
    set version = excluded.version, state = excluded.state
    where kept.version < excluded.version
$body$;
