-- What foldlog.append does for most batches of an idle store: one append, to one stream, with an exact version, of events not seen before, while no
-- projection is inline for its category. The answer of foldlog.append; or null, with nothing done, when it is anything else, and then the general way finds out what.
--
-- Half the work: the check, the lock and the new version of the stream are one statement. It may look for known ids before it has the lock, because
-- whoever stored them in this stream while it waited has also raised the version: the statement sees that, changes nothing, and the general way
-- tells the repetition. This is why it is for exact versions only. Ids that another stream gets meanwhile meet the index, here as there.
--
-- No deadlock: it locks one stream and nothing before it. No gap: as in foldlog.append, the floor is locked before a position is drawn, and
-- positions follow versions, because they are drawn while the row of the stream is locked.
create function foldlog.append_alone(to_stream text, of_category text, expected bigint, new_events jsonb) returns text language plpgsql as $body$
declare
  size constant int := jsonb_array_length(new_events);
  stream_id bigint; stream_category text;
  log regclass; floor bigint; now_ms timestamptz; positions bigint[];
begin
  if expected = 0 then
    insert into foldlog.streams (name, category, version)
    select to_stream, of_category, size
    where not exists (select from foldlog.inline_projections i where of_category = any (i.categories || i.paused))
      and not exists (select from jsonb_array_elements(new_events) e, foldlog.events known where known.id = (e.value ->> 0)::uuid)
    on conflict (name) do nothing
    returning id, category into stream_id, stream_category;
  elsif expected > 0 then
    update foldlog.streams s set version = version + size
    where s.name = to_stream and s.version = expected and s.deleted_at is null
      and not exists (select from foldlog.inline_projections i where of_category = any (i.categories || i.paused))
      and not exists (select from jsonb_array_elements(new_events) e, foldlog.events known where known.id = (e.value ->> 0)::uuid)
    returning id, category into stream_id, stream_category;
  end if;
  if stream_id is null then return null; end if;

  select tableoid, last_value - (not is_called)::int, foldlog.lock_floor(tableoid, last_value - (not is_called)::int)
  into log, floor from foldlog.positions;

  now_ms := date_trunc('milliseconds', clock_timestamp());
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
  if positions[1] <= floor then perform foldlog.refuse_late(positions[1], floor, log); end if;

  return jsonb_build_array(
    (extract(epoch from now_ms) * 1000)::bigint,
    jsonb_build_array(jsonb_build_array('appended', jsonb_build_array(expected + 1))),
    to_jsonb(positions)
  )::text;
end
$body$;
