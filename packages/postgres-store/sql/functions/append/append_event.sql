-- Stores one append of one event, to one stream, with an exact version, while no projection is inline for its category.
-- An idle store sends most of its appends here. Returns what foldlog.append returns, without the verdict, which would
-- be "appended": [milliseconds, null, [position], history]. Returns null and does nothing when the append is of another
-- kind, its stream is not at that version, or the log is in another history than the one in which the version was read
-- (null when the caller names none). Then foldlog.append finds the verdict.
--
-- Half the work. The check, the lock and the new version of the stream are one statement, and no id is looked up. A
-- repeated append was stored, so its stream is beyond the version that it expects, and it is not found here. An id that
-- is stored with another version or in another stream violates the index, and the call fails. The client then calls
-- foldlog.append, which finds the reason.
--
-- No deadlock: it locks one stream and nothing before it. No gap: as in foldlog.append, the floor is locked before the
-- position is drawn, while the row of the stream is locked, so positions follow versions.
--
-- foldlog.append_single does the same for several events. Arrays of one element would make this call a tenth slower.
create or replace function foldlog.append_event(
  to_stream text, of_category text, expected bigint, in_history uuid,
  event_id uuid, event_type text, event_schema_version smallint, payload jsonb,
  correlation text, causation text, event_metadata jsonb
) returns text language plpgsql
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
-- As in foldlog.append: an append that waits for an open transaction releases its connection.
set lock_timeout = '5s'
as $body$
declare
  inline boolean; history uuid; lives boolean; stream_id bigint; stream_category text;
  log regclass; floor bigint; locked boolean; now_ms timestamptz; drawn bigint;
begin
  -- Compared here and not only in the function: its call costs more than the comparison.
  if current_setting('transaction_isolation') <> 'read committed' then perform foldlog.require_read_committed(); end if;
  -- Until this transaction ends, no projection becomes inline, and none ends; see foldlog.open_inline_projection.
  lock table foldlog.log_state in row share mode;
  select s.positions, of_category = any (s.inline), s.history, s.is_current into log, inline, history, lives
  from foldlog.checked_log_state s;
  if lives is not true or in_history <> history or inline or expected < 0 then return null; end if;

  -- Checks only what readers cannot go on without, with few operators: the server prepares each operator anew in each
  -- transaction. foldlog.append checks everything that the client checks, and says why it rejects an event.
  if (
    event_schema_version >= 1 and event_type <> ''
    and (event_metadata is null or jsonb_typeof(event_metadata) = 'object')
  ) is not true then
    return null;
  end if;

  if expected = 0 then
    if foldlog.is_plain_stream(to_stream, of_category) is not true then return null; end if;
    insert into foldlog.streams (name, category, version) values (to_stream, of_category, 1)
    on conflict (name) do nothing
    returning id, category into stream_id, stream_category;
  else
    update foldlog.streams s set version = version + 1
    where s.name = to_stream and s.version = expected and s.deleted_at is null and s.category = of_category
    returning id, category into stream_id, stream_category;
  end if;
  if stream_id is null then return null; end if;

  -- A copy of the first branch of foldlog.lock_floor, because a call costs as much as its work. It sets no hint for
  -- later appends of the transaction, because this append is the only one.
  floor := pg_sequence_last_value(log);
  if current_setting('foldlog_floor.of_' || log::oid, true) = '' and floor % 61 > 0 then
    locked := pg_try_advisory_xact_lock_shared(foldlog.floor_key(log, floor));
  end if;
  if locked is not true then floor := foldlog.lock_floor(log); end if;
  now_ms := date_trunc('milliseconds', clock_timestamp());
  drawn := nextval(log);
  if drawn <= floor then perform foldlog.raise_position_below_floor(drawn, floor, log); end if;
  insert into foldlog.events (
    position, stream, version, recorded_at, id, remaining, schema_version, category, type,
    correlation_id, causation_id, data, metadata
  )
  values (
    drawn, stream_id, expected + 1, now_ms, event_id, 0, event_schema_version, stream_category, event_type,
    correlation, causation, payload, event_metadata
  );

  return concat('[', (date_part('epoch', now_ms) * 1000)::bigint, ',null,[', drawn, '],"', history, '"]');
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.append_event(
  text, text, bigint, uuid, uuid, text, smallint, jsonb, text, text, jsonb
) from public;
