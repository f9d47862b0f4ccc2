-- Stores a batch of appends and returns a verdict on each: [milliseconds, [verdict, ...], [position, ...], history,
-- log], with the positions of everything that is stored now, in order. Most appends need no verdict:
-- foldlog.append_event, foldlog.append_single or foldlog.append_batch stores them.
--
-- batch:   [append, ...]                          appends of many callers; each is stored whole or not at all
-- append:  [[stream, category, expected, [event, ...], history], ...]  one part for each stream; the parts without
--          events come last, and their streams are only checked
-- history: the history in which the expected version was read, or null
-- expected: -1 any, -2 stream exists, from 0 exact
-- event:   [id, type, schema version, data, correlation id, causation id, user, [tag, ...]]; the last may be absent
-- verdict: ["appended", [first version, ...]] | ["repeated", [[first version, positions, milliseconds], ...]]
--          | ["deleted", part] | ["conflict", [part, actual version, rewound], ...] | ["reused", part, id] | ["stale"]
--          | ["boundary", ...] | ["foreign", condition], see foldlog.boundary_verdict | ["sibling"]
-- rewound: the event of the actual version is not shared with the history
--
-- What decides an append, in this order: whether a stream to which it writes is deleted, whether its ids are stored,
-- whether a stream that it checks is deleted, then all its versions. So an append that is repeated gets its first
-- result, whatever has become of the streams that it checked.
--
-- `conditions` are a list for each append, or null; see foldlog.boundary_verdict. It is null when no append has any
-- and no event has tags: then tags are not stored. A condition is not compared with appends before its own in the
-- batch. The client sends no batch in which that matters; ["sibling"]: it may matter in this one.
--
-- `views` are those of inline projections, see foldlog.lock_views. They are written together with the events of their
-- append, or not at all. ["stale"]: they were made from views that have changed since.
--
-- A stream that is checked is locked as one that is appended to: until this transaction ends its version stays. With a
-- weaker lock, which appends that only check could share, they could keep an append to the stream waiting for ever. An
-- append of the same batch to a checked stream comes before the check or after it, in the order of the batch.
--
-- No deadlock. Every append waits, in this order, for: new names, ascending; then rows of streams, ascending. In the
-- first phase it holds only names smaller than the one it waits for (and no row that another append could have seen).
-- In the second it waits only for rows that are greater than all it holds, and it never goes back. So in a circle of
-- waiting transactions each would wait for something greater than its predecessor waits for, all the way round, which
-- is impossible. A client that appends one event id to two streams at once can still make a circle over the index of
-- ids. The server breaks it, and the client sends the appends again, apart.
--
-- The time is in proportion to the batch, also for one append to very many streams. Rows that are sorted or locked do
-- not carry the JSON of their append. No list grows by adding to JSON, which would copy all of it each time. When there
-- are many names, the place of a name is looked up and not searched for.
--
-- No gap for readers. The floor is locked before the first position is drawn, and released at commit; see
-- foldlog.lock_floor and foldlog.settled_position. Positions follow versions within a stream, because they are drawn
-- while the row of the stream is locked.
create or replace function foldlog.append(batch jsonb, views jsonb default null, conditions jsonb default null)
returns text language plpgsql
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
-- An append that waits for an open transaction ends by itself, before the client takes the statement for lost.
-- Otherwise the other appends of the batch would wait and fail with it, and each repetition would take one more
-- connection of the client. After the timeout the client sends each append alone.
set lock_timeout = '5s'
as $body$
declare
  names text[]; streams bigint[]; versions bigint[]; deleted boolean[]; places_by_name jsonb;
  known uuid[];
  one jsonb; part jsonb; stored jsonb; verdict jsonb; repeats jsonb[]; firsts bigint[];
  verdicts jsonb[] := '{}'; reused jsonb; gone jsonb; conflicts jsonb; unstored int; repeat_at int; is_check boolean;
  rewound boolean; keys int[];
  at int; expected bigint; other uuid;
  accepted jsonb[] := '{}'; places int[]; into_streams bigint[] := '{}'; from_versions bigint[] := '{}';
  log regclass; floor bigint; now_ms timestamptz; positions bigint[];
  history uuid; inline boolean; fresh boolean[]; ends int[] := '{}'; stored_events int := 0; nth int := 0;
begin
  -- Compared here and not only in the function: its call costs more than the comparison.
  if current_setting('transaction_isolation') <> 'read committed' then perform foldlog.require_read_committed(); end if;

  if conditions is not null then keys := foldlog.boundary_keys(batch, conditions); end if;
  if conditions is null or keys is not null then
    -- As in foldlog.append_event.
    lock table foldlog.log_state in row share mode;
  else
    -- No append is under way, and none begins. See docs/boundary-locks.md.
    lock table foldlog.log_state in exclusive mode;
  end if;
  -- Before a stream is locked and anything is stored; see foldlog.begin_history.
  select s.history into history from foldlog.checked_log_state s where s.is_current;
  if history is null then history := foldlog.begin_history(); end if;

  insert into foldlog.streams (name, category)
  select wanted.name, wanted.category
  from (
    select distinct
      case when foldlog.is_stream_name(p.value ->> 0, p.value ->> 1) then p.value ->> 0
        else foldlog.raise_invalid_input('the name of a stream, or the category beside it,', p.value ->> 0)
      end collate "C" as name,
      p.value ->> 1 as category
    from jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p
  ) wanted
  where not exists (select from foldlog.streams s where s.name = wanted.name)
  order by wanted.name
  on conflict (name) do nothing;

  select array_agg(s.name), array_agg(s.id), array_agg(s.version), array_agg(s.deleted_at is not null)
  into names, streams, versions, deleted
  from (
    select * from foldlog.streams
    where name = any (array(select p.value ->> 0 from jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p))
    order by name
    for no key update
  ) s;
  if cardinality(names) > 100 then
    select jsonb_object_agg(n.name, n.place) into places_by_name from unnest(names) with ordinality n (name, place);
  end if;

  if keys <> '{}' then perform foldlog.lock_keys((select tableoid from foldlog.positions), keys); end if;

  select tableoid, foldlog.lock_floor(tableoid), views is not null or exists (select from foldlog.inline_projections)
  into log, floor, inline
  from foldlog.positions;

  -- Skips the checks of views when no appended category has an inline projection.
  if inline and views is null then
    inline := exists (
      select from foldlog.inline_projections i, jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p
      where p.value ->> 1 = any (i.categories || i.paused) and p.value -> 3 <> '[]'
    );
  end if;
  if inline then fresh := foldlog.lock_views(batch, views); end if;

  select array_agg(e.id) into known
  from
    jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p, jsonb_array_elements(p.value -> 3) n,
    foldlog.events e
  where e.id = (n.value ->> 0)::uuid;

  for one in select value from jsonb_array_elements(batch) with ordinality order by ordinality loop
    verdict := null; repeats := '{}'; firsts := '{}'; places := '{}'; nth := nth + 1;
    reused := null; gone := null; conflicts := null; unstored := 0;
    for i in 0 .. jsonb_array_length(one) - 1 loop
      part := one -> i;
      is_check := i > 0 and part -> 3 = '[]';
      if places_by_name is null then
        at := array_position(names, part ->> 0);
      else
        at := (places_by_name -> (part ->> 0))::int;
      end if;
      if deleted[at] then
        if is_check then
          gone := coalesce(gone, jsonb_build_array('deleted', i));
          continue;
        end if;
        verdict := jsonb_build_array('deleted', i);
        exit;
      end if;
      if not is_check then
        if known is not null and reused is null then
          other := foldlog.find_stored_id(part -> 3);
          if other is not null then
            stored := foldlog.find_repeated_append(streams[at], part -> 3);
            if stored is null then reused := jsonb_build_array('reused', i, other); end if;
            if cardinality(repeats) = 0 then repeat_at := i; end if;
            repeats := array_append(repeats, stored);
            continue;
          end if;
        end if;
        unstored := unstored + 1;
      end if;
      expected := (part ->> 2)::bigint;
      rewound := false;
      if expected = -1 or expected = versions[at] or (expected = -2 and versions[at] > 0) then
        -- An `if` of its own: one condition with the call behind it would be a query, for every part.
        if (part ->> 4)::uuid <> history then
          rewound := not coalesce((
            select foldlog.is_log_position(e.position, (part ->> 4)::uuid) from foldlog.events e
            where e.stream = streams[at] and e.version = versions[at]
          ), false);
        end if;
        if not rewound then
          if not is_check then
            firsts := array_append(firsts, versions[at] + 1);
            places[i + 1] := at;
          end if;
          continue;
        end if;
      end if;
      -- The client names no more than 100.
      if conflicts is null or jsonb_array_length(conflicts) <= 100 then
        conflicts := coalesce(conflicts, '["conflict"]')
          || jsonb_build_array(jsonb_build_array(i, versions[at], rewound));
      end if;
    end loop;

    if verdict is null then
      if reused is null and cardinality(repeats) > 0 and unstored > 0 then
        reused := jsonb_build_array('reused', repeat_at, one -> repeat_at -> 3 -> 0 -> 0);
      end if;
      verdict := coalesce(reused, case when cardinality(repeats) = 0 then coalesce(gone, conflicts) end);
    end if;

    if conditions is not null and verdict is null and cardinality(repeats) = 0 then
      if conditions -> (nth - 1) <> 'null' then
        verdict := foldlog.boundary_verdict(conditions -> (nth - 1), history);
        if verdict is null and cardinality(accepted) > 0 then
          if exists (
            select
            from
              jsonb_array_elements(conditions -> (nth - 1)) c, jsonb_array_elements(c.value -> 0) i,
              unnest(accepted) a, jsonb_array_elements(a) e
            where i.value -> 1 = '[]' or e.value -> 7 ? (i.value -> 1 ->> 0)
          ) then
            verdict := '["sibling"]';
          end if;
        end if;
      end if;
    end if;

    if inline and verdict is null and cardinality(repeats) = 0 and not fresh[nth] then verdict := '["stale"]'; end if;

    if verdict is not null then
      verdicts := array_append(verdicts, verdict);
    elsif cardinality(repeats) > 0 then
      verdicts := array_append(verdicts, jsonb_build_array('repeated', repeats));
    else
      verdicts := array_append(verdicts, jsonb_build_array('appended', firsts));
      for i in 1 .. cardinality(places) loop
        at := places[i];
        continue when at is null;
        part := one -> (i - 1) -> 3;
        accepted := accepted || part;
        into_streams := into_streams || streams[at];
        from_versions := from_versions || versions[at];
        versions[at] := versions[at] + jsonb_array_length(part);
        stored_events := stored_events + jsonb_array_length(part);
      end loop;
      if inline then ends[nth] := stored_events; end if;
    end if;
  end loop;

  now_ms := date_trunc('milliseconds', clock_timestamp());
  if cardinality(accepted) > 0 then
    with stored as (
      insert into foldlog.events (
        position, stream, version, recorded_at, id, remaining, schema_version, category, type,
        correlation_id, causation_id, data, metadata, tags
      )
      select
        nextval(log), stream, version, now_ms, id, remaining, schema_version, category, type,
        correlation_id, causation_id, data, metadata, tags
      from (
        select
          a.stream, a.version + e.ordinality as version, (e.value ->> 0)::uuid as id,
          jsonb_array_length(a.events) - e.ordinality as remaining, (e.value ->> 2)::smallint as schema_version,
          s.category,
          case
            when (e.value ->> 2)::int >= 1 and coalesce(e.value ->> 4 <> '' and e.value ->> 5 <> '', true)
              and foldlog.is_event(
                e.value ->> 1, e.value ->> 4, e.value ->> 5, e.value -> 3, nullif(e.value -> 6, 'null')
              )
            then e.value ->> 1
            else foldlog.raise_invalid_input('an event', e.value::text)
          end as type, e.value ->> 4 as correlation_id, e.value ->> 5 as causation_id, e.value -> 3 as data,
          nullif(e.value -> 6, 'null') as metadata,
          case when conditions is not null and e.value -> 7 is not null then
            case when foldlog.is_tags(e.value -> 7) then array(select jsonb_array_elements_text(e.value -> 7))
              else array[foldlog.raise_invalid_input('the tags of an event', e.value ->> 7)]
            end
          end as tags
        from unnest(accepted, into_streams, from_versions) with ordinality a (events, stream, version, place)
        join foldlog.streams s on s.id = a.stream,
        jsonb_array_elements(a.events) with ordinality e
        order by a.place, e.ordinality
      ) ordered
      returning position
    )
    -- One session draws ascending positions, so their order is the order of the events.
    select array_agg(position order by position) into positions from stored;

    if conditions is not null then
      insert into foldlog.event_tags (tag, position, type)
      select distinct foldlog.tag_hash(t), e.position, e.type
      from unnest(positions) p join foldlog.events e on e.position = p, unnest(e.tags) t;
    end if;

    if positions[1] <= floor then perform foldlog.raise_position_below_floor(positions[1], floor, log); end if;

    update foldlog.streams s set version = v.version
    from unnest(streams, versions) v (stream, version)
    where s.id = v.stream and s.version <> v.version;
  end if;

  if views is not null then
    perform foldlog.write_views(views, array(select positions[ends[i]] from generate_series(1, nth) i order by i));
  end if;

  return jsonb_build_array(
    (extract(epoch from now_ms) * 1000)::bigint, verdicts, to_jsonb(coalesce(positions, '{}')), history,
    case when conditions is not null then (select h.id from foldlog.log_histories h where h.number = 1) end
  )::text;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.append(jsonb, jsonb, jsonb) from public;
