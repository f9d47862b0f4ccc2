-- Stores a snapshot. It stores nothing when the stream is deleted or has not reached the version, when a newer snapshot
-- is there, or when the events from which the snapshot was folded are lost (they were read in `in_history`, null when
-- the caller names none). The key share lock keeps a deletion, which locks for update, from coming in between; it does
-- not block appends. A newer snapshot whose event is no longer in the stream is replaced.
create or replace function foldlog.save_snapshot(
  of_stream text, shape int, at_version bigint, new_state jsonb, in_history uuid
)
returns void language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint;
  anchor foldlog.events;
begin
  if (shape between 1 and 32767 and foldlog.is_json(new_state)) is not true then
    perform foldlog.raise_invalid_input('a snapshot', format('schema version %s, %s', shape, new_state));
  end if;
  select s.id into target from foldlog.streams s
  where s.name = of_stream and s.deleted_at is null and s.version >= at_version
  for key share;
  select * into anchor from foldlog.events e where e.stream = target and e.version = at_version;
  if anchor.id is null or in_history is not null and not foldlog.is_log_position(anchor.position, in_history) then
    return;
  end if;

  insert into foldlog.snapshots as kept (stream, schema_version, version, state, anchor)
  values (target, shape, at_version, new_state, anchor.id)
  on conflict (stream, schema_version) do update
    set version = excluded.version, state = excluded.state, anchor = excluded.anchor
    where kept.version < excluded.version
      or not exists (
        select from foldlog.events e where e.stream = kept.stream and e.version = kept.version and e.id = kept.anchor
      );
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.save_snapshot(text, int, bigint, jsonb, uuid) from public;
