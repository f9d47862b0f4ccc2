-- One append, to one stream, with an exact version, while no projection is inline for its category: what an idle store is sent. It is one of the batch of
-- foldlog.append. Gives what that gives, without a verdict, for it would be "appended": [milliseconds, null, [position, ...]]. Or null, with nothing
-- done, when it is anything else, or its stream is not at that version: then foldlog.append finds out what.
--
-- Half the work: the check, the lock and the new version of the stream are one statement, and no id is looked for. An append that is repeated was stored, so
-- its stream is beyond the version it expects: it is not found here. An id that is stored all the same, because it comes with another version or in
-- another stream, meets the index, and the server refuses the call. foldlog.append finds out which of these it was, and is asked for each.
--
-- No deadlock: it locks one stream and nothing before it. No gap: as in foldlog.append, the floor is locked before a position is drawn, and
-- positions follow versions, because they are drawn while the row of the stream is locked.
create function foldlog.append_alone(append jsonb) returns text language plpgsql
-- As for foldlog.append: plans are made once, and must be right for small tables and large ones.
set enable_seqscan = off set plan_cache_mode = force_generic_plan
-- As foldlog.append: what waits for a transaction that stays open gives its connection back.
set lock_timeout = '5s'
as $body$
declare
  part constant jsonb := append -> 0;
  to_stream constant text := part ->> 0; of_category constant text := part ->> 1; expected constant bigint := part ->> 2;
  new_events constant jsonb := part -> 3; size constant int := jsonb_array_length(new_events);
  stream_id bigint; stream_category text;
  log regclass; floor bigint; now_ms timestamptz; positions bigint[];
begin
  -- Asked here and not only there: the call costs more than the question.
  if current_setting('transaction_isolation') <> 'read committed' then perform foldlog.require_read_committed(); end if;
  if jsonb_array_length(append) <> 1 or expected < 0 then return null; end if;
  if exists (select from foldlog.inline_projections i where of_category = any (i.categories || i.paused)) then return null; end if;

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

  select tableoid, foldlog.lock_floor(tableoid) into log, floor from foldlog.positions;

  now_ms := date_trunc('milliseconds', clock_timestamp());
  if size = 1 then
    -- The same insert without the machinery for many, which costs as much as all the rest.
    insert into foldlog.events
      (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
    select
      nextval(log), stream_id, expected + 1, now_ms, (e ->> 0)::uuid, 0, (e ->> 2)::smallint, stream_category, e ->> 1, e ->> 4, e ->> 5,
      e -> 3, nullif(e -> 6, 'null')
    from (select new_events -> 0 as e) only_one
    returning array[position] into positions;
  else
    with stored as (
      insert into foldlog.events
        (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
      select nextval(log), stream_id, version, now_ms, id, remaining, schema_version, stream_category, type, correlation_id, causation_id, data, metadata
      from (
        select
          expected + e.ordinality as version, (e.value ->> 0)::uuid as id, size - e.ordinality as remaining,
          (e.value ->> 2)::smallint as schema_version, e.value ->> 1 as type, e.value ->> 4 as correlation_id, e.value ->> 5 as causation_id,
          e.value -> 3 as data, nullif(e.value -> 6, 'null') as metadata
        from jsonb_array_elements(new_events) with ordinality e
        order by e.ordinality
      ) ordered
      returning position
    )
    select array_agg(position order by position) into positions from stored;
  end if;
  if positions[1] <= floor then perform foldlog.refuse_late(positions[1], floor, log); end if;

  return jsonb_build_array((extract(epoch from now_ms) * 1000)::bigint, null, to_jsonb(positions))::text;
end
$body$;
