-- A page of the log: one row with the header [seen, end, history], then rows of up to 250 events, as columns. The page
-- covers everything up to `seen`; `end` is true when that is everything that is settled now. A page of 16,000,000 bytes
-- ends early: then the header of the last row is `more`, and the page covers everything up to its last event. Or one
-- row with the header [null, shared, history]: `after` is not a place of this log. `shared` is the last position that
-- the log shares with the history `in_history`; null when the log does not know that history. A call applies a filter
-- that matches little to at most 100,000 positions, so every call ends soon. They are counted from the next event, so a
-- gap of any width takes one call at most.
--
-- The columns are those of foldlog.stream_columns. Each envelope has 16 bytes more: the version of the event, and the
-- id of its stream. `names` is a JSON object of the names of these ids, so each name is looked up and sent once.
--
-- filter: {"categories": [...], "streams": [...], "prefix": "...", "types": [...], "tags": [...]}, each part optional
--
-- A statement of its own finds the settled position before the events are read in a newer snapshot. `volatile` gives
-- each statement its own snapshot. The later ones may be newer: no event appears at or before `seen` any more.
--
-- A row has 250 events when all of them are small, and otherwise few (see foldlog.safe_steps). The server has found how
-- many only when it has read them once, so the steps are for all 250.
--
-- One category, which most handlers have, is one range of an index. Otherwise the positions are found first. Those of
-- streams, and of several categories, come from an index of each, in a window that grows until it has enough of them. A
-- limit for each category would find as many events for each of them, and leave out nearly all.
create or replace function foldlog.read_log(after bigint, count int, filter jsonb, in_history uuid)
returns table (
  header text, data text, envelopes bytea, types text, correlation_ids text, causation_ids text, users text,
  names text
)
language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
-- A page is read along an index, which has its order, and ends with the page. Names are looked up and not joined: a
-- join may begin with the streams, and then reads all later events to sort one page.
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  settled bigint; seen bigint; history uuid;
  categories text[]; selected_streams bigint[]; prefix text := filter ->> 'prefix'; kinds text[];
  wanted_tags text[];
  low bigint := after; high bigint; width bigint; selected bigint[]; wanted int := count;
  matched int; last bigint; size int := 0; step int; steps int[]; safe boolean; streams bigint[];
begin
  perform foldlog.require_read_committed();
  settled := foldlog.settled_position();
  -- The history is read after the settled position: what is settled now is also in every history that begins later. The
  -- other order could name a history that does not have the last events.
  select s.history into history from foldlog.log_state s;
  -- An `if` of its own: one condition with the call behind it would be a query, for every page.
  if after > settled or in_history <> history then
    if not foldlog.is_log_position(after, in_history) then
      header := json_build_array(null, foldlog.common_position(in_history), history);
      return next;
      return;
    end if;
  end if;
  settled := greatest(settled, after);
  seen := case when filter = '{}' then settled else least(settled, (
    -- Null, and so `settled`, when nothing follows.
    select min(e.position) + 99999 from foldlog.events e where e.position > after and e.position <= settled
  )) end;
  header := json_build_array(seen, seen = settled, history);
  return next;
  header := null;

  if filter ? 'types' then kinds := array(select jsonb_array_elements_text(filter -> 'types')); end if;
  if filter ? 'tags' then wanted_tags := array(select jsonb_array_elements_text(filter -> 'tags')); end if;
  if filter ? 'categories' then categories := array(select jsonb_array_elements_text(filter -> 'categories')); end if;
  if filter ? 'streams' then
    selected_streams := array(
      select s.id from foldlog.streams s where s.name in (select jsonb_array_elements_text(filter -> 'streams'))
    );
  end if;
  -- A prefix that goes beyond the first dash names one category.
  if categories is null and strpos(prefix, '-') > 0 then categories := array[split_part(prefix, '-', 1)]; end if;

  if selected_streams is not null then
    selected := array(
      select e.position from (
        select
          s.id, foldlog.version_at_position(s.id, s.version, after) as first,
          foldlog.version_at_position(s.id, s.version, seen) as last
        from unnest(selected_streams) i join foldlog.streams s on s.id = i
        where (categories is null or s.category = any (categories)) and (prefix is null or starts_with(s.name, prefix))
        offset 0
      ) s
      cross join lateral (
        select e.position from foldlog.events e
        where e.stream = s.id and e.version > s.first and e.version <= s.last
          and (kinds is null or e.type = any (kinds)) and (wanted_tags is null or e.tags @> wanted_tags)
        order by e.version limit count
      ) e
      order by e.position limit count
    );
  elsif categories is null then
    selected := array(
      select e.position from foldlog.events e
      where e.position > after and e.position <= seen
        and (kinds is null or e.type = any (kinds)) and (wanted_tags is null or e.tags @> wanted_tags)
        and (prefix is null or starts_with((select s.name from foldlog.streams s where s.id = e.stream), prefix))
      order by e.position limit count
    );
  elsif cardinality(categories) > 1 then
    selected := '{}';
    width := count;
    while low < seen and cardinality(selected) < count loop
      high := least(seen, low + width);
      selected := selected || array(
        select e.position from foldlog.events e
        where e.category = any (categories) and e.position > low and e.position <= high
          and (kinds is null or e.type = any (kinds)) and (wanted_tags is null or e.tags @> wanted_tags)
          and (prefix is null or starts_with((select s.name from foldlog.streams s where s.id = e.stream), prefix))
        order by e.position limit count - cardinality(selected)
      );
      low := high;
      width := 4 * width;
    end loop;
  end if;

  low := after;
  while wanted > 0 loop
    if size >= 16000000 then
      header := 'more';
      data := null;
      return next;
      return;
    end if;
    step := least(coalesce(steps[1], 250), wanted);
    safe := steps[1] is not null;
    if selected is not null then
      select
        coalesce(octet_length(string_agg(e.envelope, '')) / 52, 0), max(e.position),
        case when bool_and(e.text is not null) then string_agg(e.text, ',') end, string_agg(e.envelope, ''),
        json_agg(e.type)::text,
        json_agg(e.correlation_id) filter (where e.correlation_id is not null)::text,
        json_agg(e.causation_id) filter (where e.causation_id is not null)::text,
        json_agg(e.metadata) filter (where e.metadata is not null)::text, array_agg(e.stream)
      into matched, last, data, envelopes, types, correlation_ids, causation_ids, users, streams
      from (
        select
          case when safe or foldlog.is_small(e.data, e.metadata) then e.data::text end as text,
          foldlog.event_envelope(
            e.id, e.position, e.recorded_at, e.schema_version, e.correlation_id, e.causation_id,
            foldlog.stored_user(e.metadata, e.tags)
          ) || int8send(e.version) || int8send(e.stream) as envelope,
          e.position, e.type, e.correlation_id, e.causation_id, e.stream,
          foldlog.stored_user(e.metadata, e.tags) as metadata
        from unnest(selected[count - wanted + 1 : count - wanted + step]) p join foldlog.events e on e.position = p
        order by e.position limit step
      ) e;
    else
      select
        coalesce(octet_length(string_agg(e.envelope, '')) / 52, 0), max(e.position),
        case when bool_and(e.text is not null) then string_agg(e.text, ',') end, string_agg(e.envelope, ''),
        json_agg(e.type)::text,
        json_agg(e.correlation_id) filter (where e.correlation_id is not null)::text,
        json_agg(e.causation_id) filter (where e.causation_id is not null)::text,
        json_agg(e.metadata) filter (where e.metadata is not null)::text, array_agg(e.stream)
      into matched, last, data, envelopes, types, correlation_ids, causation_ids, users, streams
      from (
        select
          case when safe or foldlog.is_small(e.data, e.metadata) then e.data::text end as text,
          foldlog.event_envelope(
            e.id, e.position, e.recorded_at, e.schema_version, e.correlation_id, e.causation_id,
            foldlog.stored_user(e.metadata, e.tags)
          ) || int8send(e.version) || int8send(e.stream) as envelope,
          e.position, e.type, e.correlation_id, e.causation_id, e.stream,
          foldlog.stored_user(e.metadata, e.tags) as metadata
        from foldlog.events e
        where e.category = categories[1] and e.position > low and e.position <= seen
          and (kinds is null or e.type = any (kinds)) and (wanted_tags is null or e.tags @> wanted_tags)
          and (prefix is null or starts_with((select s.name from foldlog.streams s where s.id = e.stream), prefix))
        order by e.position limit step
      ) e;
    end if;
    exit when matched = 0;
    if data is null then
      steps := foldlog.safe_steps(envelopes, 52, false);
      continue;
    end if;
    select json_object_agg(s.id, s.name)::text into names
    from (select distinct stream as id from unnest(streams) stream) k join foldlog.streams s on s.id = k.id;
    return next;
    exit when matched < step;
    low := last;
    wanted := wanted - matched;
    size := size + octet_length(data);
    steps := steps[2:];
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.read_log(bigint, int, jsonb, uuid) from public;
