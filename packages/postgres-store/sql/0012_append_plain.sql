-- What foldlog.append does for most batches: every append is to one stream, no stream is met twice, each has its exact version, and no projection is
-- inline for their categories. Gives what foldlog.append gives, without verdicts, as every one would be "appended": [milliseconds, null, [position, ...]].
-- Or null, with nothing done, when any of this is not so: then foldlog.append gives each append its verdict.
--
-- Half the work: streams that are new are stored with their versions at once, nothing goes append by append, and no id is looked for, for the reasons
-- that foldlog.append_alone gives. What is found amiss after the first write is raised, and the subtransaction takes back what was written and locked.
--
-- No deadlock, no gap: the order of names, rows, floor and positions is that of foldlog.append, whose proof holds here.
create function foldlog.append_plain(batch jsonb) returns text language plpgsql as $body$
declare
  -- Of the appends, new streams before those that are there, by name: the order in which they are written and locked. `places` is that of the batch.
  names text[]; of_categories text[]; expected bigint[]; contents jsonb[]; places bigint[];
  plain boolean; fresh int; size int;
  streams bigint[]; others bigint[]; stored_categories text[]; matching boolean;
  log regclass; floor bigint; now_ms timestamptz; positions bigint[];
begin
  select
    array_agg(name order by version > 0, name), array_agg(category order by version > 0, name), array_agg(version order by version > 0, name),
    array_agg(events order by version > 0, name), array_agg(place order by version > 0, name),
    bool_and(parts = 1 and version >= 0), count(*) filter (where version = 0), count(*)
  into names, of_categories, expected, contents, places, plain, fresh, size
  from (
    select
      (p.value ->> 0) collate "C" as name, p.value ->> 1 as category, (p.value ->> 2)::bigint as version, p.value -> 3 as events,
      a.ordinality as place, jsonb_array_length(a.value) as parts
    from jsonb_array_elements(batch) with ordinality a, jsonb_array_elements(a.value) p
  ) appends;
  if not plain or size > (select count(distinct name) from unnest(names) name) then return null; end if;
  if exists (select from foldlog.inline_projections i where (i.categories || i.paused) && of_categories) then return null; end if;

  if fresh > 0 then
    with made as (
      insert into foldlog.streams (name, category, version)
      select name, category, jsonb_array_length(events)
      from unnest(names[:fresh], of_categories[:fresh], contents[:fresh]) with ordinality w (name, category, events, place)
      order by place
      on conflict (name) do nothing
      returning id, name
    )
    select array_agg(id order by name) into streams from made;
    if cardinality(streams) is distinct from fresh then raise sqlstate 'FL006'; end if;
  end if;

  if fresh < size then
    select array_agg(id order by place), array_agg(category order by place), every(version = wanted and deleted_at is null)
    into others, stored_categories, matching
    from (
      select s.id, s.category, s.version, s.deleted_at, w.version as wanted, w.place
      from unnest(names[fresh + 1 :], expected[fresh + 1 :]) with ordinality w (name, version, place)
      join foldlog.streams s on s.name = w.name
      order by w.place
      for no key update of s
    ) locked;
    if not coalesce(matching, false) or cardinality(others) <> size - fresh then raise sqlstate 'FL006'; end if;
    streams := streams || others;
    of_categories := of_categories[:fresh] || stored_categories;
  end if;

  select tableoid, foldlog.lock_floor(tableoid) into log, floor from foldlog.positions;

  now_ms := date_trunc('milliseconds', clock_timestamp());
  with stored as (
    insert into foldlog.events
      (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
    select nextval(log), stream, version, now_ms, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata
    from (
      select
        a.stream, a.version + e.ordinality as version, (e.value ->> 0)::uuid as id,
        jsonb_array_length(a.events) - e.ordinality as remaining, (e.value ->> 2)::smallint as schema_version, a.category,
        e.value ->> 1 as type, e.value ->> 4 as correlation_id, e.value ->> 5 as causation_id, e.value -> 3 as data,
        nullif(e.value -> 6, 'null') as metadata
      from unnest(places, streams, of_categories, expected, contents) a (place, stream, category, version, events),
      jsonb_array_elements(a.events) with ordinality e
      order by a.place, e.ordinality
    ) ordered
    returning position
  )
  select array_agg(position order by position) into positions from stored;
  if positions[1] <= floor then perform foldlog.refuse_late(positions[1], floor, log); end if;

  if fresh < size then
    update foldlog.streams s set version = s.version + jsonb_array_length(v.events)
    from unnest(others, contents[fresh + 1 :]) v (stream, events)
    where s.id = v.stream;
  end if;

  return jsonb_build_array((extract(epoch from now_ms) * 1000)::bigint, null, to_jsonb(positions))::text;
exception
  when sqlstate 'FL006' or unique_violation then return null;
end
$body$;
