-- Stores one append of several events, to one stream, as foldlog.append_event stores one event. The events come as
-- columns, see foldlog.append_batch.
create or replace function foldlog.append_single(
  to_stream text, of_category text, expected bigint, in_history uuid,
  ids uuid[], types text[], schema_versions smallint[], payloads jsonb[],
  correlation_ids text[], causation_ids text[], users jsonb[]
) returns text language plpgsql
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
-- As in foldlog.append: an append that waits for an open transaction releases its connection.
set lock_timeout = '5s'
as $body$
declare
  size constant int := cardinality(ids);
  inline boolean; history uuid; lives boolean; stream_id bigint; stream_category text;
  log regclass; floor bigint; now_ms timestamptz; positions bigint[];
begin
  -- Compared here and not only in the function: its call costs more than the comparison.
  if current_setting('transaction_isolation') <> 'read committed' then perform foldlog.require_read_committed(); end if;
  lock table foldlog.log_state in row share mode;
  select s.positions, of_category = any (s.inline), s.history, s.is_current into log, inline, history, lives
  from foldlog.checked_log_state s;
  if lives is not true or in_history <> history or inline or expected < 0
    or size is distinct from greatest(size, 1)
  then
    return null;
  end if;

  -- As in foldlog.append_event.
  if (1 <= all (schema_versions) and '' <> all (types)) is not true then return null; end if;
  if users is not null then
    if exists (select from unnest(users) u where jsonb_typeof(u) not in ('object', 'null')) then return null; end if;
  end if;

  if expected = 0 then
    if foldlog.is_plain_stream(to_stream, of_category) is not true then return null; end if;
    insert into foldlog.streams (name, category, version) values (to_stream, of_category, size)
    on conflict (name) do nothing
    returning id, category into stream_id, stream_category;
  else
    update foldlog.streams s set version = version + size
    where s.name = to_stream and s.version = expected and s.deleted_at is null and s.category = of_category
    returning id, category into stream_id, stream_category;
  end if;
  if stream_id is null then return null; end if;

  floor := foldlog.lock_floor(log);
  now_ms := date_trunc('milliseconds', clock_timestamp());
  positions := array(select nextval(log) from generate_series(1, size));
  insert into foldlog.events (
    position, stream, version, recorded_at, id, remaining, schema_version, category, type,
    correlation_id, causation_id, data, metadata
  )
  select
    position, stream_id, expected + place, now_ms, id, size - place, schema_version, stream_category, type,
    nullif(correlation_id, ''), nullif(causation_id, ''), data, nullif(metadata, 'null')
  from unnest(positions, ids, types, schema_versions, payloads, correlation_ids, causation_ids, users) with ordinality
    e (position, id, type, schema_version, data, correlation_id, causation_id, metadata, place);
  if positions[1] <= floor then perform foldlog.raise_position_below_floor(positions[1], floor, log); end if;

  return concat(
    '[', (date_part('epoch', now_ms) * 1000)::bigint, ',null,[', array_to_string(positions, ','), '],"', history, '"]'
  );
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.append_single(
  text, text, bigint, uuid, uuid[], text[], smallint[], jsonb[], text[], text[], jsonb[]
) from public;
