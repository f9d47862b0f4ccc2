-- A page of the log: one row [seen, end, history], then rows [event, ...] of up to a hundred events. The page covers
-- everything up to `seen`; `end` is true when that is everything that is settled now. A page of 16,000,000 bytes ends
-- early: then the last row is `more`, and the page covers everything up to its last event. Or one row [null, shared,
-- history]: `after` is not a place of this log. `shared` is the last position that the log shares with the history
-- `in_history`; null when the log does not know that history. A call applies a filter that matches little to at most
-- 100,000 positions, so every call ends soon. They are counted from the next event, so a gap of any width takes one
-- call at most.
--
-- filter: {"categories": [...], "streams": [...], "prefix": "...", "types": [...]}, each part optional
--
-- A statement of its own finds the settled position before the events are read in a newer snapshot. `volatile` gives
-- each statement its own snapshot. The later ones may be newer: no event appears at or before `seen` any more.
--
-- A row for each event would cost both sides more than the rows of a hundred. From the first event on that is not small
-- (see foldlog.small_event_json), a row also ends when it has 1,000,000 bytes. A statement for every few events would
-- cost more than the events.
--
-- One category, or none, is one range of an index. The positions of streams, and of several categories, are found
-- first: from an index of each, in a window that grows until it has enough of them. A limit for each category
-- would find as many events for each of them, and leave out nearly all.
create or replace function foldlog.read_log(after bigint, count int, filter jsonb, in_history uuid)
returns setof text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
-- A page is read along an index, which has its order, and ends with the page. Names are looked up and not joined: a
-- join may begin with the streams, and then reads all later events to sort one page.
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  settled bigint; seen bigint; history uuid;
  categories text[]; ids bigint[]; prefix text := filter ->> 'prefix'; types text[];
  low bigint := after; high bigint; width bigint; selected bigint[] := '{}'; wanted int := count;
  events text; matched int; last bigint; size int := 0; texts text[] := '{}'; pending int := 0;
  rest cursor for
    select (
      select foldlog.event_json((select s.name from foldlog.streams s where s.id = e.stream), e) as text
      from foldlog.events e where e.position = place
    ) as text
    from unnest(selected) place;
begin
  perform foldlog.require_read_committed();
  settled := foldlog.settled_position();
  -- The history is read after the settled position: what is settled now is also in every history that begins later. The
  -- other order could name a history that does not have the last events.
  select s.history into history from foldlog.log_state s;
  -- An `if` of its own: one condition with the call behind it would be a query, for every page.
  if after > settled or in_history <> history then
    if not foldlog.is_log_position(after, in_history) then
      return next json_build_array(null, foldlog.common_position(in_history), history)::text;
      return;
    end if;
  end if;
  settled := greatest(settled, after);
  seen := case when filter = '{}' then settled else least(settled, (
    -- Null, and so `settled`, when nothing follows.
    select min(e.position) + 99999 from foldlog.events e where e.position > after and e.position <= settled
  )) end;
  return next json_build_array(seen, seen = settled, history)::text;

  if filter ? 'types' then types := array(select jsonb_array_elements_text(filter -> 'types')); end if;
  if filter ? 'categories' then categories := array(select jsonb_array_elements_text(filter -> 'categories')); end if;
  if filter ? 'streams' then
    ids := array(
      select s.id from foldlog.streams s where s.name in (select jsonb_array_elements_text(filter -> 'streams'))
    );
  end if;
  -- A prefix that goes beyond the first dash names one category.
  if categories is null and strpos(prefix, '-') > 0 then categories := array[split_part(prefix, '-', 1)]; end if;

  if ids is not null then
    selected := array(
      select e.position from (
        select
          s.id, foldlog.version_at_position(s.id, s.version, after) as first,
          foldlog.version_at_position(s.id, s.version, seen) as last
        from unnest(ids) i join foldlog.streams s on s.id = i
        where (categories is null or s.category = any (categories)) and (prefix is null or starts_with(s.name, prefix))
        offset 0
      ) s
      cross join lateral (
        select e.position from foldlog.events e
        where e.stream = s.id and e.version > s.first and e.version <= s.last
          and (types is null or e.type = any (types))
        order by e.version limit count
      ) e
      order by e.position limit count
    );
  elsif cardinality(categories) > 1 then
    width := count;
    while low < seen and cardinality(selected) < count loop
      high := least(seen, low + width);
      selected := selected || array(
        select e.position from foldlog.events e
        where e.category = any (categories) and e.position > low and e.position <= high
          and (types is null or e.type = any (types))
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
      return next 'more';
      return;
    end if;
    if ids is not null or cardinality(categories) > 1 then
      select case when count(text) = count(*) then string_agg(text, ',' order by position) end, count(*)
      into events, matched
      from (
        select
          foldlog.small_event_json((select s.name from foldlog.streams s where s.id = e.stream), e) as text,
          e.position
        from unnest(selected[count - wanted + 1 : count - wanted + least(100, wanted)]) p
        join foldlog.events e on e.position = p
        -- Without it, the text of each event is made twice: once to count it, and once to join it.
        offset 0
      ) page;
    elsif categories is not null then
      select case when count(text) = count(*) then string_agg(text, ',') end, count(*), max(position)
      into events, matched, last
      from (
        select
          foldlog.small_event_json((select s.name from foldlog.streams s where s.id = e.stream), e) as text,
          e.position
        from foldlog.events e
        where e.category = categories[1] and e.position > low and e.position <= seen
          and (types is null or e.type = any (types))
          and (prefix is null or starts_with((select s.name from foldlog.streams s where s.id = e.stream), prefix))
        order by e.position limit least(100, wanted)
      ) page;
    else
      select case when count(text) = count(*) then string_agg(text, ',') end, count(*), max(position)
      into events, matched, last
      from (
        select
          foldlog.small_event_json((select s.name from foldlog.streams s where s.id = e.stream), e) as text,
          e.position
        from foldlog.events e
        where e.position > low and e.position <= seen and (types is null or e.type = any (types))
          and (prefix is null or starts_with((select s.name from foldlog.streams s where s.id = e.stream), prefix))
        order by e.position limit least(100, wanted)
      ) page;
    end if;
    if matched = 0 then return; end if;
    exit when events is null;
    return next concat('[', events, ']');
    if matched < least(100, wanted) then return; end if;
    low := last;
    wanted := wanted - matched;
    size := size + octet_length(events);
  end loop;
  if wanted = 0 then return; end if;

  -- One of the next events is not small. A cursor reads the rest of the page, so the server makes one text at a time.
  if ids is not null or cardinality(categories) > 1 then
    selected := selected[count - wanted + 1 :];
  elsif categories is not null then
    selected := array(
      select e.position from foldlog.events e
      where e.category = categories[1] and e.position > low and e.position <= seen
        and (types is null or e.type = any (types))
        and (prefix is null or starts_with((select s.name from foldlog.streams s where s.id = e.stream), prefix))
      order by e.position limit wanted
    );
  else
    selected := array(
      select e.position from foldlog.events e
      where e.position > low and e.position <= seen and (types is null or e.type = any (types))
        and (prefix is null or starts_with((select s.name from foldlog.streams s where s.id = e.stream), prefix))
      order by e.position limit wanted
    );
  end if;
  wanted := cardinality(selected);
  for one in rest loop
    texts := array_append(texts, one.text);
    pending := pending + octet_length(one.text);
    wanted := wanted - 1;
    continue when pending < 1000000 and cardinality(texts) < 100 and wanted > 0;
    return next concat('[', array_to_string(texts, ','), ']');
    size := size + pending;
    if size >= 16000000 and wanted > 0 then
      return next 'more';
      return;
    end if;
    texts := '{}';
    pending := 0;
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.read_log(bigint, int, jsonb, uuid) from public;
