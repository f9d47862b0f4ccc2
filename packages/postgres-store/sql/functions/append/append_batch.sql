-- Stores a plain batch, which most batches are: every append is to one stream, no stream occurs twice, each has its
-- exact version, and no projection is inline for their categories. Returns what foldlog.append returns, without
-- verdicts, as every one would be "appended": [milliseconds, null, [position, ...], history]. Or returns null, with
-- nothing done, when the batch is not plain, or the log is in another history than the one in which the versions were
-- read. Then foldlog.append gives each append its verdict.
--
-- The batch comes as columns. One JSON text would have to be parsed and then taken apart again: a quarter of the time
-- of the call. Four columns have a value for each append, and `sizes` has the number of its events; the others have a
-- value for each event, append by append. A column whose values are all null may be null itself. Otherwise '' means no
-- correlation or causation id, and JSON null means no user: NULL is not used, because `array_nulls` of the session
-- decides what NULL in the text of an array means.
--
-- Elements are read by subscript. `unnest` of several arrays keeps a store of 24 kB for each array, and Postgres
-- returns memory of that size to the system with every batch. plpgsql keeps an array parameter as a vector, so a
-- subscript costs the same for every element.
--
-- Half the work. New streams are stored with their versions at once, no statement runs for each append, and no id is
-- looked up, for the reasons that foldlog.append_event gives. A problem that is found after the first write is raised,
-- and the subtransaction takes back what was written and locked. A new stream whose name exists meets the index of
-- names; a check before each insert, by ON CONFLICT, would take a third of the time again.
--
-- No deadlock, no gap: the order of names, rows, floor and positions is that of foldlog.append, whose proof holds here.
create or replace function foldlog.append_batch(
  names text[], categories text[], expected bigint[], sizes int[], in_history uuid,
  ids uuid[], types text[], schema_versions smallint[], payloads jsonb[],
  correlation_ids text[], causation_ids text[], users jsonb[]
) returns text language plpgsql
security definer set search_path = pg_catalog, pg_temp
-- As in foldlog.append.
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
set lock_timeout = '5s'
as $body$
declare
  inline boolean; history uuid; lives boolean; plain boolean; fresh int; size int;
  streams bigint[]; others bigint[]; their_places int[]; their_categories text[]; matching boolean;
  log regclass; series regclass; floor bigint; now_ms timestamptz; positions bigint[];
  places int[]; nths int[]; stored int;
begin
  if current_setting('transaction_isolation') <> 'read committed' then perform foldlog.require_read_committed(); end if;
  -- As in foldlog.append_event.
  lock table foldlog.log_state in row share mode;
  select s.positions, s.stream_ids, s.inline && append_batch.categories, s.history, s.is_current
  into log, series, inline, history, lives
  from foldlog.checked_log_state s;
  if lives is not true or in_history <> history then return null; end if;
  select
    -- The ids of the new streams are drawn here, so that no query has to match them to their names afterwards. Two sets
    -- in one list of columns return their elements row by row, in order, and the aggregate keeps that order.
    array_agg(case a.expected when 0 then nextval(series) end), count(*) filter (where a.expected = 0), count(*),
    -- Columns of one length, counted from 1: they are read by row and by subscript.
    every(a.expected >= 0 and a.size > 0) and sum(a.size) = cardinality(ids)
      and cardinality(names) = count(*) and cardinality(categories) = count(*)
      and 1 = all (array[array_lower(categories, 1), array_lower(append_batch.expected, 1), array_lower(sizes, 1)])
      -- As in foldlog.append_event.
      and every(foldlog.is_plain_stream(a.name, a.category)) and 1 <= all (schema_versions) and '' <> all (types)
  into streams, fresh, size, plain
  from (
    select
      unnest(append_batch.expected) as expected, unnest(sizes) as size, unnest(names) as name,
      unnest(append_batch.categories) as category
  ) a;
  if inline or plain is not true then return null; end if;

  if fresh > 0 then
    insert into foldlog.streams (id, name, category, version) overriding system value
    select streams[place], names[place], categories[place], sizes[place]
    from generate_series(1, size) place
    where streams[place] is not null
    order by names[place] collate "C";
  end if;

  if fresh < size then
    select array_agg(id), array_agg(place), array_agg(category), every(version = wanted and deleted_at is null)
    into others, their_places, their_categories, matching
    from (
      select s.id, s.category, s.version, s.deleted_at, append_batch.expected[place] as wanted, place
      from generate_series(1, size) place
      join foldlog.streams s on s.name = names[place]
      where append_batch.expected[place] > 0
      order by s.name
      for no key update of s
    ) locked;
    -- No stream occurs twice, which is checked before anything is drawn: neither one that is new and then appended to,
    -- nor one in two rows, which then follow each other.
    if not coalesce(matching, false) or cardinality(others) <> size - fresh or others && streams then
      raise sqlstate 'FL900';
    end if;
    for i in 1 .. size - fresh loop
      if others[i] = others[i - 1] then raise sqlstate 'FL900'; end if;
      streams[their_places[i]] := others[i];
      categories[their_places[i]] := their_categories[i];
    end loop;
  end if;

  floor := foldlog.lock_floor(log);
  now_ms := date_trunc('milliseconds', clock_timestamp());
  -- One session draws ascending positions, so their order is the order of the events.
  positions := array(select nextval(log) from generate_series(1, cardinality(ids)));
  -- The append of each event, and the number of the event in it. When each append has one event, these are the number
  -- of the event, and 1.
  if cardinality(ids) > size then
    select array_agg(place order by place, nth), array_agg(nth order by place, nth)
    into places, nths
    from unnest(sizes) with ordinality a (size, place), generate_series(1, a.size) nth;
  end if;
  insert into foldlog.events (
    position, stream, version, recorded_at, id, remaining, schema_version, category, type,
    correlation_id, causation_id, data, metadata
  )
  select
    positions[i], streams[place], append_batch.expected[place] + nth, now_ms, ids[i], sizes[place] - nth,
    schema_versions[i], categories[place], types[i], nullif(correlation_ids[i], ''), nullif(causation_ids[i], ''),
    payloads[i], nullif(users[i], 'null')
  from generate_series(1, cardinality(ids)) i, coalesce(places[i], i) place, coalesce(nths[i], 1) nth
  where users is null or jsonb_typeof(users[i]) in ('object', 'null');
  get diagnostics stored = row_count;
  if stored <> cardinality(ids) then raise sqlstate 'FL900'; end if;
  if positions[1] <= floor then perform foldlog.raise_position_below_floor(positions[1], floor, log); end if;

  if fresh < size then
    update foldlog.streams s set version = s.version + sizes[place]
    from generate_series(1, size) place
    where s.id = streams[place] and append_batch.expected[place] > 0;
  end if;

  return concat(
    '[', (date_part('epoch', now_ms) * 1000)::bigint, ',null,[', array_to_string(positions, ','), '],"', history, '"]'
  );
exception
  when sqlstate 'FL900' or unique_violation then return null;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.append_batch(
  text[], text[], bigint[], int[], uuid, uuid[], text[], smallint[], jsonb[], text[], text[], jsonb[]
) from public;
