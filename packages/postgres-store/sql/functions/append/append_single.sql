-- Stores one append, to one stream, with an exact version, while no projection is inline for its category. An idle
-- store sends most of its appends here. The events come as columns, see foldlog.append_batch. Returns what
-- foldlog.append returns, without the verdict, which would be "appended": [milliseconds, null, [position, ...],
-- history]. Or returns null, with nothing done, when the append is of another kind, its stream is not at that version,
-- or the log is in another history than the one in which the version was read (null when the caller names none). Then
-- foldlog.append finds the verdict.
--
-- Half the work. The check, the lock and the new version of the stream are one statement, and no id is looked up. A
-- repeated append was stored, so its stream is beyond the version that it expects, and it is not found here. An id that
-- is stored all the same, because it comes with another version or in another stream, meets the index, and the server
-- refuses the call. The client then calls foldlog.append, which finds out which of these it was.
--
-- No deadlock: it locks one stream and nothing before it. No gap: as in foldlog.append, the floor is locked before a
-- position is drawn, and positions follow versions, because they are drawn while the row of the stream is locked.
create or replace function foldlog.append_single(
  to_stream text, of_category text, expected bigint, in_history uuid,
  ids uuid[], types text[], schema_versions smallint[], payloads jsonb[], correlation_ids text[], causation_ids text[], users jsonb[]
) returns text language plpgsql
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
-- As in foldlog.append: an append that waits for an open transaction releases its connection.
set lock_timeout = '5s'
as $body$
declare
  size constant int := cardinality(ids);
  inline boolean; history uuid; lives boolean; stream_id bigint; stream_category text;
  log regclass; floor bigint; now_ms timestamptz; positions bigint[]; drawn bigint;
begin
  -- Compared here and not only in the function: its call costs more than the comparison.
  if current_setting('transaction_isolation') <> 'read committed' then perform foldlog.require_read_committed(); end if;
  -- `exists` is never true: it holds the lock for which foldlog.open_inline_projection waits.
  select s.positions, of_category = any (s.inline), s.history, s.is_current and not exists (select from foldlog.log_state where false for key share)
  into log, inline, history, lives
  from foldlog.checked_log_state s;
  if lives is not true or in_history <> history or inline or expected < 0 or size is distinct from greatest(size, 1) then return null; end if;

  if expected = 0 then
    insert into foldlog.streams (name, category, version) values (to_stream, of_category, size)
    on conflict (name) do nothing
    returning id, category into stream_id, stream_category;
  else
    update foldlog.streams s set version = version + size
    where s.name = to_stream and s.version = expected and s.deleted_at is null
    returning id, category into stream_id, stream_category;
  end if;
  if stream_id is null then return null; end if;

  floor := foldlog.lock_floor(log);
  now_ms := date_trunc('milliseconds', clock_timestamp());
  if size = 1 then
    -- The same insert without the code for many events, which costs as much as all the rest. A column in which the one
    -- event has no value is null as a whole.
    insert into foldlog.events
      (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
    values
      (nextval(log), stream_id, expected + 1, now_ms, ids[1], 0, schema_versions[1], stream_category, types[1],
       correlation_ids[1], causation_ids[1], payloads[1], users[1])
    returning position into drawn;
    positions := array[drawn];
  else
    positions := array(select nextval(log) from generate_series(1, size));
    insert into foldlog.events
      (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
    select
      position, stream_id, expected + place, now_ms, id, size - place, schema_version, stream_category, type,
      nullif(correlation_id, ''), nullif(causation_id, ''), data, nullif(metadata, 'null')
    from unnest(positions, ids, types, schema_versions, payloads, correlation_ids, causation_ids, users) with ordinality
      e (position, id, type, schema_version, data, correlation_id, causation_id, metadata, place);
  end if;
  if positions[1] <= floor then perform foldlog.raise_position_below_floor(positions[1], floor, log); end if;

  return concat('[', (date_part('epoch', now_ms) * 1000)::bigint, ',null,[', array_to_string(positions, ','), '],"', history, '"]');
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.append_single(text, text, bigint, uuid, uuid[], text[], smallint[], jsonb[], text[], text[], jsonb[]) from public;
