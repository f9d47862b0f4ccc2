-- Stores a batch of appends with tags or conditions, as foldlog.append_batch stores one without: every append is to one
-- stream, no stream occurs twice, each has its exact version or any, and no projection is inline for their categories.
-- Returns what foldlog.append returns. What it cannot store itself, it passes to foldlog.append in the same call. So a
-- refused decision gets in one round trip what has appeared. Returns null for columns that do not fit each other.
--
-- The columns are those of foldlog.append_batch, and these:
--
-- tags:       the tags of all events, event by event; `tag_ends` has for each event how many tags end with it
-- guards:     the first tag of each item of all conditions, with the number of the append, and the settled position of
--             the marker, or 0. `marker_log` and `marker_history` are those of all markers
-- conditions: the JSON of those of foldlog.append, read only when an event with the tag of a guard has appeared
--
-- A client that sends guards other than those of its conditions harms only itself: its own decision may be stored
-- although it has not read everything. What others rely on, the keys and the index of the tags of its events, comes
-- from the tags alone.
--
-- No deadlock, no gap, and a condition misses no event: the order of locks, floor, look and positions is that of
-- foldlog.append, whose proofs hold here (docs/boundary-locks.md). When that one is called it begins anew: the rollback
-- of the subtransaction has released all locks that were taken here.
create or replace function foldlog.append_tagged(
  names text[], categories text[], expected bigint[], sizes int[], in_history uuid,
  ids uuid[], types text[], schema_versions smallint[], payloads jsonb[],
  correlation_ids text[], causation_ids text[], users jsonb[],
  tags text[], tag_ends int[],
  guards text[], guard_appends int[], guard_positions bigint[], marker_log uuid, marker_history uuid, conditions text
) returns text language plpgsql
security definer set search_path = pg_catalog, pg_temp
-- As in foldlog.append.
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
set lock_timeout = '5s'
as $body$
declare
  size constant int := cardinality(names); events constant int := cardinality(ids);
  plain boolean; tagged boolean; places int[]; nths int[];
  tag_events int[]; hashes bigint[]; guard_hashes bigint[]; keys int[]; has_sibling boolean;
  inline boolean; history uuid; lives boolean; own_log uuid; log regclass; series regclass;
  streams bigint[]; their_categories text[]; firsts bigint[]; fresh int;
  others bigint[]; their_places int[]; locked_categories text[]; their_versions bigint[]; matching boolean;
  floor bigint; now_ms timestamptz; positions bigint[]; stored int; place int; unmet int[];
begin
  if current_setting('transaction_isolation') <> 'read committed' then perform foldlog.require_read_committed(); end if;

  -- Columns of one length, counted from 1: they are read by row and by subscript.
  if (
    cardinality(categories) = size and cardinality(expected) = size and cardinality(sizes) = size and size > 0
    and cardinality(types) = events and cardinality(schema_versions) = events and cardinality(payloads) = events
    and cardinality(tag_ends) = events and tag_ends[events] = cardinality(tags)
    and cardinality(guard_appends) = cardinality(guards) and cardinality(guard_positions) = cardinality(guards)
    and 1 = all (array[
      array_lower(names, 1), array_lower(categories, 1), array_lower(expected, 1), array_lower(sizes, 1),
      array_lower(ids, 1), array_lower(types, 1), array_lower(schema_versions, 1), array_lower(payloads, 1),
      array_lower(tag_ends, 1), coalesce(array_lower(tags, 1), 1), coalesce(array_lower(guards, 1), 1),
      coalesce(array_lower(guard_appends, 1), 1), coalesce(array_lower(guard_positions, 1), 1)
    ])
    and 1 <= all (sizes)
  ) is not true then
    return null;
  end if;
  -- The append of each event, and the number of the event in it; null when each append has one event.
  if events > size then
    select array_agg(a.place order by a.place, nth), array_agg(nth order by a.place, nth)
    into places, nths
    from unnest(sizes) with ordinality a (size, place), generate_series(1, a.size) nth;
    if cardinality(places) <> events then return null; end if;
  elsif events < size or 1 < any (sizes) then
    return null;
  end if;

  begin
    -- The ends must ascend: otherwise the ranges have more tags than the last end says.
    select array_agg(t.event), array_agg(foldlog.tag_hash(tags[t.place])), count(*) = cardinality(tags)
      and coalesce(every(strpos(tags[t.place], ':') > 1 and octet_length(tags[t.place]) <= 1024), true)
    into tag_events, hashes, tagged
    from (
      select i as event, generate_series(coalesce(tag_ends[i - 1], 0) + 1, tag_ends[i]) as place
      from generate_series(1, events) i
    ) t;
    guard_hashes := array(select foldlog.tag_hash(g) from unnest(guards) g);
    select array_agg(k.key order by k.key), bool_or(k.has_sibling)
    into keys, has_sibling
    from (
      select 2 * (h.hash & 65535)::int + max(h.mode) as key, bool_or(h.has_sibling) as has_sibling
      from (
        select w.hash, max(w.mode) as mode,
          min(w.place) filter (where w.mode = 0) < max(w.place) filter (where w.mode = 1) as has_sibling
        from (
          select hashes[t] as hash, coalesce(places[tag_events[t]], tag_events[t]) as place, 0 as mode
          from generate_series(1, cardinality(hashes)) t
          union all
          select guard_hashes[g], guard_appends[g], 1 from generate_series(1, cardinality(guards)) g
        ) w
        group by w.hash
      ) h
      group by h.hash & 65535
    ) k;
    -- A condition that may meet an append before its own in the batch is for foldlog.append, and so are more keys than
    -- it locks.
    if tagged is not true or has_sibling or cardinality(keys) > 512 then raise sqlstate 'FL900'; end if;

    -- As in foldlog.append_event.
    lock table foldlog.log_state in row share mode;
    select
      s.positions, s.stream_ids, s.inline && append_tagged.categories, s.history, s.is_current,
      (select h.id from foldlog.log_histories h where h.number = 1)
    into log, series, inline, history, lives, own_log
    from foldlog.checked_log_state s;
    if lives is not true or inline or in_history <> history or marker_history <> history or marker_log <> own_log then
      raise sqlstate 'FL900';
    end if;

    select
      -- As in foldlog.append_batch.
      array_agg(case when a.is_new then nextval(series) end), count(*) filter (where a.is_new),
      every(a.expected >= -1 and foldlog.is_plain_stream(a.name, a.category))
        and 1 <= all (schema_versions) and '' <> all (types)
    into streams, fresh, plain
    from (
      -- A subquery with a value, because `exists` could become a hash table of all names.
      select
        a.*, a.expected = 0
          or a.expected = -1 and (select s.id from foldlog.streams s where s.name = a.name) is null as is_new
      from (
        select unnest(append_tagged.expected) as expected, unnest(names) as name,
          unnest(append_tagged.categories) as category
      ) a
      offset 0
    ) a;
    if plain is not true then raise sqlstate 'FL900'; end if;
    their_categories := categories;
    firsts := array_fill(1::bigint, array[size]);

    if fresh > 0 then
      insert into foldlog.streams (id, name, category, version) overriding system value
      select streams[a], names[a], categories[a], sizes[a]
      from generate_series(1, size) a
      where streams[a] is not null
      order by names[a] collate "C";
    end if;

    if fresh < size then
      select
        array_agg(id), array_agg(a), array_agg(category), array_agg(version),
        every((wanted = -1 or version = wanted) and deleted_at is null)
      into others, their_places, locked_categories, their_versions, matching
      from (
        select s.id, s.category, s.version, s.deleted_at, append_tagged.expected[a] as wanted, a
        from generate_series(1, size) a
        join foldlog.streams s on s.name = names[a]
        where streams[a] is null
        order by s.name
        for no key update of s
      ) locked;
      -- As in foldlog.append_batch.
      if not coalesce(matching, false) or cardinality(others) <> size - fresh or others && streams then
        raise sqlstate 'FL900';
      end if;
      for i in 1 .. size - fresh loop
        if others[i] = others[i - 1] then raise sqlstate 'FL900'; end if;
        place := their_places[i];
        streams[place] := others[i];
        their_categories[place] := locked_categories[i];
        firsts[place] := their_versions[i] + 1;
      end loop;
    end if;

    if keys <> '{}' then perform foldlog.lock_keys(log, keys); end if;
    floor := foldlog.lock_floor(log);

    -- In a newer snapshot than the locks. Nearly always nothing has appeared; an event that has may be of another type.
    -- `exists` as a column is looked up for each guard. As a condition it could become a join, whose plan, made while
    -- the index is small, begins with all of it.
    select array_agg(distinct guard_appends[l.g])
    into unmet
    from (
      select g, exists (
        select from foldlog.event_tags t where t.tag = guard_hashes[g] and t.position > guard_positions[g]
      ) as has_more
      from generate_series(1, cardinality(guards)) g
      offset 0
    ) l
    where l.has_more;
    foreach place in array coalesce(unmet, '{}') loop
      if foldlog.boundary_verdict(conditions::jsonb -> (place - 1), history) is not null then
        raise sqlstate 'FL900';
      end if;
    end loop;

    now_ms := date_trunc('milliseconds', clock_timestamp());
    -- One session draws ascending positions, so their order is the order of the events.
    positions := array(select nextval(log) from generate_series(1, events));
    insert into foldlog.events (
      position, stream, version, recorded_at, id, remaining, schema_version, category, type,
      correlation_id, causation_id, data, metadata, tags
    )
    select
      positions[i], streams[a], firsts[a] + nth - 1, now_ms, ids[i], sizes[a] - nth,
      schema_versions[i], their_categories[a], types[i], nullif(correlation_ids[i], ''), nullif(causation_ids[i], ''),
      payloads[i], nullif(users[i], 'null'),
      nullif(append_tagged.tags[coalesce(tag_ends[i - 1], 0) + 1 : tag_ends[i]], '{}')
    from generate_series(1, events) i, coalesce(places[i], i) a, coalesce(nths[i], 1) nth
    where users is null or jsonb_typeof(users[i]) in ('object', 'null');
    get diagnostics stored = row_count;
    if stored <> events then raise sqlstate 'FL900'; end if;
    if positions[1] <= floor then perform foldlog.raise_position_below_floor(positions[1], floor, log); end if;
    -- An event that has a tag twice violates the key of the index.
    insert into foldlog.event_tags (tag, position, type)
    select hashes[t], positions[tag_events[t]], types[tag_events[t]] from generate_series(1, cardinality(hashes)) t;

    if fresh < size then
      update foldlog.streams s set version = s.version + sizes[a]
      from unnest(their_places) a
      where s.id = streams[a];
    end if;

    return concat(
      '[', (date_part('epoch', now_ms) * 1000)::bigint,
      ',[["appended",[', array_to_string(firsts, ']],["appended",['), ']]],[', array_to_string(positions, ','),
      '],"', history, '","', own_log, '"]'
    );
  exception
    -- FL008: an event that lacks a required tag may be stored already. foldlog.append looks up its id first.
    when sqlstate 'FL900' or sqlstate 'FL008' or unique_violation then null;
  end;

  return foldlog.append(
    (
      select jsonb_agg(
        jsonb_build_array(
          jsonb_build_array(names[a.place], categories[a.place], expected[a.place], a.events, in_history)
        )
        order by a.place
      )
      from (
        select
          coalesce(places[i], i) as place,
          jsonb_agg(
            jsonb_build_array(
              ids[i], types[i], schema_versions[i], payloads[i], nullif(correlation_ids[i], ''),
              nullif(causation_ids[i], ''), users[i]
            )
            || case
              when tag_ends[i] > coalesce(tag_ends[i - 1], 0)
                then jsonb_build_array(tags[coalesce(tag_ends[i - 1], 0) + 1 : tag_ends[i]])
              else '[]'
            end
            order by i
          ) as events
        from generate_series(1, events) i
        group by coalesce(places[i], i)
      ) a
    ),
    null, conditions::jsonb
  );
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.append_tagged(
  text[], text[], bigint[], int[], uuid, uuid[], text[], smallint[], jsonb[], text[], text[], jsonb[],
  text[], int[], text[], int[], bigint[], uuid, uuid, text
) from public;
