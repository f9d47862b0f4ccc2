-- The schema of a foldlog event store. Applying it again changes nothing.
do $migration$
declare
  known text;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using
      errcode = 'FL001',
      message = 'the transaction isolation is ' || current_setting('transaction_isolation') || ', foldlog needs read committed',
      hint = 'Set default_transaction_isolation to ''read committed'' for this role or connection.';
  end if;
  if current_setting('server_encoding') <> 'UTF8' then
    raise exception using
      errcode = 'FL012',
      message = 'the encoding of the database is ' || current_setting('server_encoding') || ', foldlog needs UTF8';
  end if;
  perform pg_advisory_xact_lock(hashtextextended('foldlog migrations', 0));

  if to_regnamespace('"foldlog"') is null then
    create schema "foldlog";
  end if;
  if to_regclass('"foldlog".migrations') is null then
    create table "foldlog".migrations (
      number     integer primary key,
      name       text not null,
      checksum   text not null,
      applied_at timestamptz not null default now()
    );
  end if;
  if exists (select from "foldlog".migrations where number > 72) then
    raise exception using errcode = 'FL011', message = 'the schema was made by a newer version of foldlog than this one';
  end if;

  -- 0001 streams
  select checksum into known from "foldlog".migrations where number = 1;
  if known is null then
    execute $sql$
-- A stream with version 0 has no event yet: a refused first append may leave such a row behind, and readers see no stream.
-- `collate "C"`: names are compared byte by byte, so that every server sorts, and so locks, in the same order.
-- Room is left on each page, because every append updates `version` in place (HOT: no index holds it).
create table "foldlog".streams (
  id         bigint generated always as identity primary key,
  name       text collate "C" not null unique,
  category   text collate "C" not null,
  version    bigint not null default 0,
  deleted_at timestamptz
) with (fillfactor = 50);
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (1, 'streams', '70292b068e0a335922d1aca52fbf4bf0');
  elsif known <> '70292b068e0a335922d1aca52fbf4bf0' then
    raise exception using errcode = 'FL010', message = 'migration 1 (streams) was applied in another form than this version has it';
  end if;

  -- 0002 events
  select checksum into known from "foldlog".migrations where number = 2;
  if known is null then
    execute $sql$
-- Positions end where the safe integers of JavaScript end: a log that is full refuses appends. No cache, and never set back: a session would draw
-- behind what readers have passed. "foldlog".append refuses what a cache gives out late.
create sequence "foldlog".positions as bigint maxvalue 9007199254740991 cache 1 no cycle;

-- `id` is the ULID in its 16 bytes. `remaining` counts the events behind this one in its append, so that a repetition is told from an
-- overlap. `data` and `metadata` are compressed only when they are long.
create table "foldlog".events (
  position       bigint primary key,
  stream         bigint not null,
  version        bigint not null,
  recorded_at    timestamptz not null,
  id             uuid not null constraint events_id_key unique,
  remaining      integer not null,
  schema_version smallint not null,
  category       text collate "C" not null,
  type           text collate "C" not null,
  correlation_id text,
  causation_id   text,
  data           jsonb not null,
  metadata       jsonb,
  unique (stream, version)
);

-- A dump of the table alone takes the sequence along.
alter sequence "foldlog".positions owned by "foldlog".events.position;

create index events_category_position on "foldlog".events (category, position);
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (2, 'events', '8a4a55b54abd3c138b244c8ded65a98a');
  elsif known <> '8a4a55b54abd3c138b244c8ded65a98a' then
    raise exception using errcode = 'FL010', message = 'migration 2 (events) was applied in another form than this version has it';
  end if;

  -- 0003 snapshots
  select checksum into known from "foldlog".migrations where number = 3;
  if known is null then
    execute $sql$
-- `anchor` is the id of the event at `version`.
create table "foldlog".snapshots (
  stream         bigint not null,
  schema_version integer not null,
  version        bigint not null,
  state          jsonb not null,
  anchor         uuid not null,
  primary key (stream, schema_version)
);
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (3, 'snapshots', 'e6afed79521d7842de18e90889364989');
  elsif known <> 'e6afed79521d7842de18e90889364989' then
    raise exception using errcode = 'FL010', message = 'migration 3 (snapshots) was applied in another form than this version has it';
  end if;

  -- 0004 protection
  select checksum into known from "foldlog".migrations where number = 4;
  if known is null then
    execute $sql$
-- Changes by accident are refused, the owner's too. Who means one disables the trigger first, which only the owner can.
create function "foldlog".protect() returns trigger language plpgsql as $body$
begin
  raise exception using
    errcode = 'FL002',
    message = format('%s on %I.%I was refused: %s', tg_op, tg_table_schema, tg_table_name, tg_argv[0]);
end
$body$;

create trigger protect before update or delete or truncate on "foldlog".events
  for each statement execute function "foldlog".protect('events are never changed');

-- Without its stream an event is seen by no reader; under another id or name it would be an event of something else.
create trigger protect before update of id, name, category or delete or truncate on "foldlog".streams
  for each statement execute function "foldlog".protect('streams are never removed or renamed');

-- An append raises the version, a deletion leaves it, and behind a deletion nothing comes. The condition costs next to nothing, which matters:
-- every append meets it.
create trigger protect_version before update of version, deleted_at on "foldlog".streams for each row
  when (new.version < old.version or old.deleted_at is not null)
  execute function "foldlog".protect('versions only grow, and deleted streams stay deleted');
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (4, 'protection', '29bcd14285a964e3500897a8835f5890');
  elsif known <> '29bcd14285a964e3500897a8835f5890' then
    raise exception using errcode = 'FL010', message = 'migration 4 (protection) was applied in another form than this version has it';
  end if;

  -- 0005 floor_key
  select checksum into known from "foldlog".migrations where number = 5;
  if known is null then
    execute $sql$
-- The key of the advisory lock that says "I draw positions above this one". Its upper 24 bits are the key space of this log, its lower
-- 40 bits the lower 40 bits of the position.
create function "foldlog".floor_key(log oid, floor bigint) returns bigint language sql immutable as $body$
  select ((log::bigint & 16777215) << 40) | (floor & 1099511627775)
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (5, 'floor_key', 'dbbb826a009fe35cbedbeb2a84300be5');
  elsif known <> 'dbbb826a009fe35cbedbeb2a84300be5' then
    raise exception using errcode = 'FL010', message = 'migration 5 (floor_key) was applied in another form than this version has it';
  end if;

  -- 0006 lock_floor
  select checksum into known from "foldlog".migrations where number = 6;
  if known is null then
    execute $sql$
-- Says "this transaction draws positions above this floor" until the transaction ends: until then the horizon of
-- readers goes no further. Returns the floor, the last position that was drawn. A select from the sequence could be too
-- high for a moment, by up to 32, which `nextval` logs ahead. An append would then be refused.
--
-- Every call takes the lock. Every session can set a setting of this form, so no setting may make a call skip the lock.
-- The setting is only a hint about which floor to lock: it names the floor that this transaction locked first. The
-- server counts a second lock of one key in the session's own memory, so its table of locks, which is finite, holds one
-- entry however many appends a transaction makes. A hint above the floor is not followed. A lower floor than needed is
-- always safe: it only holds readers back further, until the transaction ends. A forged hint can do no more than that.
-- A hint that is 2^39 or more below the floor is not followed either, because "foldlog".horizon sees only 40 bits of a
-- floor.
--
-- The setting is null until the session's first append that is not refused, and empty or a number from then on. So each
-- session checks the sequences once. At every 64th position it checks the positions again, because rows can be copied,
-- or a sequence set back, while a session is open that has appended before.
--
-- Every append calls this function, so nearly all calls take the first branch, which has no query: a query costs ten
-- times as much as an assignment. Hence `locked` and `kept`. The pattern has no backslash, because its meaning depends
-- on the client's `standard_conforming_strings`.
create function "foldlog".lock_floor(log oid) returns bigint language plpgsql as $body$
declare
  setting constant text := 'foldlog_floor.of_' || log;
  floor bigint := pg_sequence_last_value(log);
  hint text; lowest bigint;
  locked text; kept text;
begin
  if current_setting(setting, true) = '' and floor & 63 > 0 then
    locked := pg_advisory_xact_lock_shared("foldlog".floor_key(log, floor));
    kept := set_config(setting, floor::text, true);
    return floor;
  end if;

  hint := current_setting(setting, true);
  if floor is null or hint is null then
    perform "foldlog".check_sequences();
    -- Nothing was drawn: then the floor is before the first position that can be drawn, which is a high one in a log
    -- that was restored.
    floor := coalesce(floor, (select last_value - 1 from "foldlog".positions where not is_called), pg_sequence_last_value(log));
  elsif floor & 63 = 0 then
    -- Compared with the last position drawn now and not with the floor: others may have drawn and committed since the
    -- floor was read.
    if (select max(position) from "foldlog".events) > pg_sequence_last_value(log) then perform "foldlog".check_sequences(); end if;
  end if;

  if hint ~ '^[0-9]{1,16}$' then lowest := hint::bigint; end if;
  if floor - lowest between 0 and 549755813887 then
    locked := pg_advisory_xact_lock_shared("foldlog".floor_key(log, lowest));
  else
    locked := pg_advisory_xact_lock_shared("foldlog".floor_key(log, floor));
    kept := set_config(setting, floor::text, true);
  end if;
  return floor;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (6, 'lock_floor', '66b5b98f1abe70700915f01e4a11b5cd');
  elsif known <> '66b5b98f1abe70700915f01e4a11b5cd' then
    raise exception using errcode = 'FL010', message = 'migration 6 (lock_floor) was applied in another form than this version has it';
  end if;

  -- 0007 refuse_late
  select checksum into known from "foldlog".migrations where number = 7;
  if known is null then
    execute $sql$
-- What the proof stands on: a position is drawn above its floor. A sequence with a cache gives a session numbers that it drew for an earlier transaction.
create function "foldlog".refuse_late(drawn bigint, floor bigint, log regclass) returns void language plpgsql as $body$
begin
  raise exception using
    errcode = 'FL003',
    message = format('position %s was drawn behind %s: readers may have passed it, so nothing was stored', drawn, floor),
    hint = format('The sequence %s must have cache 1.', log);
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (7, 'refuse_late', '9524445e30d5d6ba14112676419461f3');
  elsif known <> '9524445e30d5d6ba14112676419461f3' then
    raise exception using errcode = 'FL010', message = 'migration 7 (refuse_late) was applied in another form than this version has it';
  end if;

  -- 0008 require_read_committed
  select checksum into known from "foldlog".migrations where number = 8;
  if known is null then
    execute $sql$
-- Appends must see what others committed while they waited for a lock; a log reader must look with a snapshot newer than its horizon.
-- Under REPEATABLE READ and SERIALIZABLE neither holds, so those are refused.
create function "foldlog".require_read_committed() returns void language plpgsql stable as $body$
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception using
      errcode = 'FL001',
      message = 'the transaction isolation is ' || current_setting('transaction_isolation') || ', foldlog needs read committed',
      hint = 'Set default_transaction_isolation to ''read committed'' for this role or connection.';
  end if;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (8, 'require_read_committed', '61484364cd257dff3d12a321eb3e79fc');
  elsif known <> '61484364cd257dff3d12a321eb3e79fc' then
    raise exception using errcode = 'FL010', message = 'migration 8 (require_read_committed) was applied in another form than this version has it';
  end if;

  -- 0009 repetition
  select checksum into known from "foldlog".migrations where number = 9;
  if known is null then
    execute $sql$
-- The first result of an append that is now repeated: [first version, positions, milliseconds]; null when these events are not, all of
-- them, in this order and alone, one append to this stream.
create function "foldlog".repetition(in_stream bigint, events jsonb) returns jsonb language sql stable as $body$
  with wanted as (
    select (e.value ->> 0)::uuid as id, e.ordinality as place
    from jsonb_array_elements(events) with ordinality e
  ), found as (
    select w.place, s.version, s.position, s.remaining, s.recorded_at
    from wanted w join "foldlog".events s on s.id = w.id and s.stream = in_stream
  )
  select jsonb_build_array(
    min(version),
    jsonb_agg(position order by place),
    (extract(epoch from min(recorded_at)) * 1000)::bigint
  )
  from found
  having count(*) = jsonb_array_length(events)
    -- In this order, without a gap, down to the end of their append:
    and bool_and(remaining = jsonb_array_length(events) - place)
    and bool_and(version - place = (select version - place from found where place = 1))
    -- and nothing of their append stands before them.
    and not exists (
      select from "foldlog".events before
      where before.stream = in_stream and before.version = min(found.version) - 1 and before.remaining > 0
    )
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (9, 'repetition', '47201d3c8a04797e15e169911194bf60');
  elsif known <> '47201d3c8a04797e15e169911194bf60' then
    raise exception using errcode = 'FL010', message = 'migration 9 (repetition) was applied in another form than this version has it';
  end if;

  -- 0010 first_known_id
  select checksum into known from "foldlog".migrations where number = 10;
  if known is null then
    execute $sql$
-- The first of these events, in their order, whose id is stored already.
create function "foldlog".first_known_id(events jsonb) returns uuid language sql stable as $body$
  select known.id
  from jsonb_array_elements(events) with ordinality e
  join "foldlog".events known on known.id = (e.value ->> 0)::uuid
  order by e.ordinality
  limit 1
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (10, 'first_known_id', 'e3ba0f50ac9d7ec613e0ee1d41270d4c');
  elsif known <> 'e3ba0f50ac9d7ec613e0ee1d41270d4c' then
    raise exception using errcode = 'FL010', message = 'migration 10 (first_known_id) was applied in another form than this version has it';
  end if;

  -- 0011 append_alone
  select checksum into known from "foldlog".migrations where number = 11;
  if known is null then
    execute $sql$
-- One append, to one stream, with an exact version, while no projection is inline for its category: what an idle store
-- is sent. Its events come as columns, see "foldlog".append_plain. Returns what "foldlog".append returns, without the
-- verdict, which would be "appended": [milliseconds, null, [position, ...], history]. Or returns null, with nothing
-- done, when the append is of another kind, its stream is not at that version, or the log is in another history than
-- the one in which the version was read (null when the caller names none). Then "foldlog".append finds the verdict.
--
-- Half the work: the check, the lock and the new version of the stream are one statement, and no id is looked for. An append that is repeated was stored, so
-- its stream is beyond the version it expects: it is not found here. An id that is stored all the same, because it comes with another version or in
-- another stream, meets the index, and the server refuses the call. "foldlog".append finds out which of these it was, and is asked for each.
--
-- No deadlock: it locks one stream and nothing before it. No gap: as in "foldlog".append, the floor is locked before a position is drawn, and
-- positions follow versions, because they are drawn while the row of the stream is locked.
create function "foldlog".append_alone(
  to_stream text, of_category text, expected bigint, in_history uuid,
  ids uuid[], types text[], schema_versions smallint[], payloads jsonb[], correlation_ids text[], causation_ids text[], users jsonb[]
) returns text language plpgsql
-- As for "foldlog".append: plans are made once, and must be right for small tables and large ones.
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
-- As "foldlog".append: what waits for a transaction that stays open gives its connection back.
set lock_timeout = '5s'
as $body$
declare
  size constant int := cardinality(ids);
  inline boolean; history uuid; lives boolean; stream_id bigint; stream_category text;
  log regclass; floor bigint; now_ms timestamptz; positions bigint[]; drawn bigint;
begin
  -- Asked here and not only there: the call costs more than the question.
  if current_setting('transaction_isolation') <> 'read committed' then perform "foldlog".require_read_committed(); end if;
  -- `exists` is never true: it holds the lock for which "foldlog".open_inline waits.
  select s.positions, of_category = any (s.inline), s.history, s.lives and not exists (select from "foldlog".log_state where false for key share)
  into log, inline, history, lives
  from "foldlog".living_state s;
  if lives is not true or in_history <> history or inline or expected < 0 or size is distinct from greatest(size, 1) then return null; end if;

  if expected = 0 then
    insert into "foldlog".streams (name, category, version) values (to_stream, of_category, size)
    on conflict (name) do nothing
    returning id, category into stream_id, stream_category;
  else
    update "foldlog".streams s set version = version + size
    where s.name = to_stream and s.version = expected and s.deleted_at is null
    returning id, category into stream_id, stream_category;
  end if;
  if stream_id is null then return null; end if;

  floor := "foldlog".lock_floor(log);
  now_ms := date_trunc('milliseconds', clock_timestamp());
  if size = 1 then
    -- The same insert without the code for many events, which costs as much as all the rest. A column in which the one
    -- event has no value is null as a whole.
    insert into "foldlog".events
      (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
    values
      (nextval(log), stream_id, expected + 1, now_ms, ids[1], 0, schema_versions[1], stream_category, types[1],
       correlation_ids[1], causation_ids[1], payloads[1], users[1])
    returning position into drawn;
    positions := array[drawn];
  else
    positions := array(select nextval(log) from generate_series(1, size));
    insert into "foldlog".events
      (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
    select
      position, stream_id, expected + place, now_ms, id, size - place, schema_version, stream_category, type,
      nullif(correlation_id, ''), nullif(causation_id, ''), data, nullif(metadata, 'null')
    from unnest(positions, ids, types, schema_versions, payloads, correlation_ids, causation_ids, users) with ordinality
      e (position, id, type, schema_version, data, correlation_id, causation_id, metadata, place);
  end if;
  if positions[1] <= floor then perform "foldlog".refuse_late(positions[1], floor, log); end if;

  return concat('[', (date_part('epoch', now_ms) * 1000)::bigint, ',null,[', array_to_string(positions, ','), '],"', history, '"]');
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (11, 'append_alone', '0a2f69299ddcbd6c7ac24705b6bf4570');
  elsif known <> '0a2f69299ddcbd6c7ac24705b6bf4570' then
    raise exception using errcode = 'FL010', message = 'migration 11 (append_alone) was applied in another form than this version has it';
  end if;

  -- 0012 append_plain
  select checksum into known from "foldlog".migrations where number = 12;
  if known is null then
    execute $sql$
-- What most batches are: every append is to one stream, no stream is met twice, each has its exact version, and no
-- projection is inline for their categories. Returns what "foldlog".append returns, without verdicts, as every one would
-- be "appended": [milliseconds, null, [position, ...], history]. Or returns null, with nothing done, when any of this
-- is not so, or the log is in another history than the one in which the versions were read: then "foldlog".append gives
-- each append its verdict.
--
-- It comes as columns, and not as one JSON text, which would have to be read, and then taken apart again: a quarter of
-- all its time. Four have a value for each append, `sizes` the number of its events; the others one for each event,
-- append by append. A column of which all are null may be null itself. In the others '' means no correlation or
-- causation id, and JSON null means no user: NULL is not used, because `array_nulls` of the session decides what NULL
-- in the text of an array means.
--
-- Half the work: streams that are new are stored with their versions at once, nothing goes append by append, and no id is looked for, for the reasons
-- that "foldlog".append_alone gives. What is found amiss after the first write is raised, and the subtransaction takes back what was written and locked.
-- A new stream that is there meets the index of names; to ask before each insert, by ON CONFLICT, would take a third of its time again.
--
-- No deadlock, no gap: the order of names, rows, floor and positions is that of "foldlog".append, whose proof holds here.
create function "foldlog".append_plain(
  names text[], categories text[], expected bigint[], sizes int[], in_history uuid,
  ids uuid[], types text[], schema_versions smallint[], payloads jsonb[], correlation_ids text[], causation_ids text[], users jsonb[]
) returns text language plpgsql
-- As for "foldlog".append.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
set lock_timeout = '5s'
as $body$
declare
  inline boolean; history uuid; lives boolean; plain boolean; fresh int; size int;
  streams bigint[]; others bigint[]; their_places int[]; their_categories text[]; matching boolean;
  log regclass; series regclass; floor bigint; now_ms timestamptz; positions bigint[]; places int[]; nths int[];
begin
  if current_setting('transaction_isolation') <> 'read committed' then perform "foldlog".require_read_committed(); end if;
  -- As in "foldlog".append_alone.
  select
    s.positions, s.stream_ids, s.inline && append_plain.categories, s.history,
    s.lives and not exists (select from "foldlog".log_state where false for key share)
  into log, series, inline, history, lives
  from "foldlog".living_state s;
  if lives is not true or in_history <> history then return null; end if;
  select
    -- The ids of the new streams are drawn here, so that who is who need not be asked afterwards.
    array_agg(case a.expected when 0 then nextval(series) end order by place), count(*) filter (where a.expected = 0), count(*),
    -- Columns of one length, counted from 1: they are met row by row and by subscript.
    every(a.expected >= 0 and a.size > 0) and sum(a.size) = cardinality(ids) and cardinality(names) = count(*) and cardinality(categories) = count(*)
      and 1 = all (array[array_lower(categories, 1), array_lower(append_plain.expected, 1), array_lower(sizes, 1)])
  into streams, fresh, size, plain
  from unnest(append_plain.expected, sizes) with ordinality a (expected, size, place);
  if inline or plain is not true then return null; end if;

  if fresh > 0 then
    insert into "foldlog".streams (id, name, category, version) overriding system value
    select a.id, a.name, a.category, a.size
    from unnest(streams, names, categories, sizes) a (id, name, category, size)
    where a.id is not null
    order by a.name collate "C";
  end if;

  if fresh < size then
    select array_agg(id), array_agg(place), array_agg(category), every(version = wanted and deleted_at is null)
    into others, their_places, their_categories, matching
    from (
      select s.id, s.category, s.version, s.deleted_at, w.version as wanted, w.place
      from unnest(names, append_plain.expected) with ordinality w (name, version, place)
      join "foldlog".streams s on s.name = w.name
      where w.version > 0
      order by s.name
      for no key update of s
    ) locked;
    -- No stream twice, before anything is drawn: one that is new and then appended to, or one that is met in two rows, which then follow each other.
    if not coalesce(matching, false) or cardinality(others) <> size - fresh or others && streams then raise sqlstate 'FL900'; end if;
    for i in 1 .. size - fresh loop
      if others[i] = others[i - 1] then raise sqlstate 'FL900'; end if;
      streams[their_places[i]] := others[i];
      categories[their_places[i]] := their_categories[i];
    end loop;
  end if;

  floor := "foldlog".lock_floor(log);
  now_ms := date_trunc('milliseconds', clock_timestamp());
  -- One session draws ascending positions, so their order is the order of the events.
  positions := array(select nextval(log) from generate_series(1, cardinality(ids)));
  select array_agg(place order by place, nth), array_agg(nth order by place, nth)
  into places, nths
  from unnest(sizes) with ordinality a (size, place), generate_series(1, a.size) nth;
  insert into "foldlog".events
    (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
  select
    position, streams[place], append_plain.expected[place] + nth, now_ms, id, sizes[place] - nth, schema_version, categories[place],
    type, nullif(correlation_id, ''), nullif(causation_id, ''), data, nullif(metadata, 'null')
  from unnest(positions, places, nths, ids, types, schema_versions, payloads, correlation_ids, causation_ids, users)
    e (position, place, nth, id, type, schema_version, data, correlation_id, causation_id, metadata);
  if positions[1] <= floor then perform "foldlog".refuse_late(positions[1], floor, log); end if;

  if fresh < size then
    update "foldlog".streams s set version = s.version + a.size
    from unnest(streams, sizes, append_plain.expected) a (stream, size, expected)
    where s.id = a.stream and a.expected > 0;
  end if;

  return concat('[', (date_part('epoch', now_ms) * 1000)::bigint, ',null,[', array_to_string(positions, ','), '],"', history, '"]');
exception
  when sqlstate 'FL900' or unique_violation then return null;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (12, 'append_plain', 'bfc1291a3af0ddee6d6961bf5b5bf5a8');
  elsif known <> 'bfc1291a3af0ddee6d6961bf5b5bf5a8' then
    raise exception using errcode = 'FL010', message = 'migration 12 (append_plain) was applied in another form than this version has it';
  end if;

  -- 0013 append
  select checksum into known from "foldlog".migrations where number = 13;
  if known is null then
    execute $sql$
-- Stores a batch of appends and gives a verdict on each: [milliseconds, [verdict, ...], [position, ...], history], the
-- positions of everything stored now, in order. Most appends need no verdict, and are not sent here: see
-- "foldlog".append_plain and "foldlog".append_alone.
--
-- batch:   [append, ...]                          appends of many callers; each is stored whole or not at all
-- append:  [[stream, category, expected, [event, ...], history], ...]  one part for each stream
-- history: in which the expected version was read, or null
-- expected: -1 any, -2 stream exists, from 0 exact
-- event:   [id, type, schema version, data, correlation id, causation id, user]
-- verdict: ["appended", [first version, ...]] | ["repeated", [[first version, positions, milliseconds], ...]]
--          | ["deleted", part] | ["conflict", part, actual version] | ["reused", part, id] | ["stale"]
--          | ["rewound", part, actual version]: the event of that version is not shared with the history
--
-- views are those of inline projections, see "foldlog".lock_views: written with the events of their append or not at all. ["stale"] says that they were made
-- from what is there no more.
--
-- No deadlock. Every append waits, in this order, for: new names, ascending; then rows of streams, ascending. In the first phase it
-- holds only names smaller than the one it waits for (and no row that another could have seen), in the second it waits only for rows that
-- are greater than all it holds, and it never goes back. So in a circle of waiting transactions each would wait for something greater
-- than its predecessor waits for, all the way round: impossible. Whoever brings one event id in two streams at once can still
-- make a circle over the index of ids; the server breaks it, and the client sends the appends again, apart.
--
-- No gap for readers: the floor is locked before the first position is drawn, and released at commit, see "foldlog".lock_floor and "foldlog".horizon.
-- Positions follow versions within a stream: they are drawn while the row of the stream is locked.
create function "foldlog".append(batch jsonb, views jsonb default null) returns text language plpgsql
-- Plans are made when tables are small and kept while they grow: only index lookups are right for both. And they are kept from the first call:
-- planning anew for the arrays of each batch took half of the time of an append of one event.
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
-- Whoever waits for a transaction that stays open ends by itself, before the client takes it for lost: else its neighbours in the batch would wait and fail with
-- it, and what was sent again would take one connection of the client after the other. The client then sends each append alone.
set lock_timeout = '5s'
as $body$
declare
  names text[]; streams bigint[]; versions bigint[]; deleted boolean[];
  known uuid[];
  one jsonb; part jsonb; stored jsonb; verdict jsonb; repeats jsonb; firsts jsonb;
  verdicts jsonb := '[]';
  at int; expected bigint; other uuid;
  accepted jsonb[] := '{}'; places int[]; into_streams bigint[] := '{}'; from_versions bigint[] := '{}';
  log regclass; floor bigint; now_ms timestamptz; positions bigint[];
  history uuid; inline boolean; fresh boolean[]; ends int[] := '{}'; stored_events int := 0; nth int := 0;
begin
  -- Asked here and not only there: the call costs more than the question.
  if current_setting('transaction_isolation') <> 'read committed' then perform "foldlog".require_read_committed(); end if;

  -- Before anything is locked or stored; see "foldlog".begin_history. `exists` as in "foldlog".append_alone.
  select s.history into history from "foldlog".living_state s
  where s.lives and not exists (select from "foldlog".log_state where false for key share);
  if history is null then history := "foldlog".begin_history(); end if;

  insert into "foldlog".streams (name, category)
  select wanted.name, wanted.category
  from (
    select distinct (p.value ->> 0) collate "C" as name, p.value ->> 1 as category
    from jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p
  ) wanted
  where not exists (select from "foldlog".streams s where s.name = wanted.name)
  order by wanted.name
  on conflict (name) do nothing;

  select array_agg(s.name), array_agg(s.id), array_agg(s.version), array_agg(s.deleted_at is not null)
  into names, streams, versions, deleted
  from (
    select * from "foldlog".streams
    where name in (select p.value ->> 0 from jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p)
    order by name
    for no key update
  ) s;

  select tableoid, "foldlog".lock_floor(tableoid), views is not null or exists (select from "foldlog".inline_projections)
  into log, floor, inline
  from "foldlog".positions;

  -- What concerns no inline projection is spared the rest.
  if inline and views is null then
    inline := exists (
      select from "foldlog".inline_projections i, jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p
      where p.value ->> 1 = any (i.categories || i.paused)
    );
  end if;
  if inline then fresh := "foldlog".lock_views(batch, views); end if;

  select array_agg(e.id) into known
  from jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p, jsonb_array_elements(p.value -> 3) n, "foldlog".events e
  where e.id = (n.value ->> 0)::uuid;

  for one in select value from jsonb_array_elements(batch) with ordinality order by ordinality loop
    verdict := null; repeats := '[]'; firsts := '[]'; places := '{}'; nth := nth + 1;
    for i in 0 .. jsonb_array_length(one) - 1 loop
      part := one -> i;
      at := array_position(names, part ->> 0);
      if deleted[at] then
        verdict := jsonb_build_array('deleted', i);
        exit;
      end if;
      other := case when known is not null then "foldlog".first_known_id(part -> 3) end;
      if other is not null then
        stored := "foldlog".repetition(streams[at], part -> 3);
        if stored is null or jsonb_array_length(repeats) < i then
          verdict := jsonb_build_array('reused', i, other);
          exit;
        end if;
        repeats := repeats || jsonb_build_array(stored);
        continue;
      end if;
      expected := (part ->> 2)::bigint;
      if not (expected = -1 or expected = versions[at] or (expected = -2 and versions[at] > 0)) then
        verdict := jsonb_build_array('conflict', i, versions[at]);
        exit;
      end if;
      -- An `if` of its own: one condition with the call behind it would be a query, for every part.
      if (part ->> 4)::uuid <> history then
        if not coalesce((
          select "foldlog".is_place(e.position, (part ->> 4)::uuid) from "foldlog".events e where e.stream = streams[at] and e.version = versions[at]
        ), false) then
          verdict := jsonb_build_array('rewound', i, versions[at]);
          exit;
        end if;
      end if;
      if repeats <> '[]' then
        verdict := jsonb_build_array('reused', 0, one -> 0 -> 3 -> 0 -> 0);
        exit;
      end if;
      firsts := firsts || to_jsonb(versions[at] + 1);
      places := places || at;
    end loop;

    if inline and verdict is null and repeats = '[]' and not fresh[nth] then verdict := '["stale"]'; end if;

    if verdict is not null then
      verdicts := verdicts || jsonb_build_array(verdict);
    elsif repeats <> '[]' then
      verdicts := verdicts || jsonb_build_array(jsonb_build_array('repeated', repeats));
    else
      verdicts := verdicts || jsonb_build_array(jsonb_build_array('appended', firsts));
      for i in 1 .. cardinality(places) loop
        at := places[i];
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
      insert into "foldlog".events
        (position, stream, version, recorded_at, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata)
      select nextval(log), stream, version, now_ms, id, remaining, schema_version, category, type, correlation_id, causation_id, data, metadata
      from (
        select
          a.stream, a.version + e.ordinality as version, (e.value ->> 0)::uuid as id,
          jsonb_array_length(a.events) - e.ordinality as remaining, (e.value ->> 2)::smallint as schema_version, s.category,
          e.value ->> 1 as type, e.value ->> 4 as correlation_id, e.value ->> 5 as causation_id, e.value -> 3 as data,
          nullif(e.value -> 6, 'null') as metadata
        from unnest(accepted, into_streams, from_versions) with ordinality a (events, stream, version, place)
        join "foldlog".streams s on s.id = a.stream,
        jsonb_array_elements(a.events) with ordinality e
        order by a.place, e.ordinality
      ) ordered
      returning position
    )
    -- One session draws ascending positions, so their order is the order of the events.
    select array_agg(position order by position) into positions from stored;

    if positions[1] <= floor then perform "foldlog".refuse_late(positions[1], floor, log); end if;

    update "foldlog".streams s set version = v.version
    from unnest(streams, versions) v (stream, version)
    where s.id = v.stream and s.version <> v.version;
  end if;

  if views is not null then
    perform "foldlog".write_views(views, array(select positions[ends[i]] from generate_series(1, nth) i order by i));
  end if;

  return jsonb_build_array((extract(epoch from now_ms) * 1000)::bigint, verdicts, to_jsonb(coalesce(positions, '{}')), history)::text;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (13, 'append', 'cd8711f649b9ff0c2bf6cd59f59fffd1');
  elsif known <> 'cd8711f649b9ff0c2bf6cd59f59fffd1' then
    raise exception using errcode = 'FL010', message = 'migration 13 (append) was applied in another form than this version has it';
  end if;

  -- 0014 horizon
  select checksum into known from "foldlog".migrations where number = 14;
  if known is null then
    execute $sql$
-- The position up to which the log is settled: nothing will ever appear at or before it. See docs/floor-lock.md for the proof.
-- The order of the looks is what makes it true: first the last event, then the locks. The events are read after that, by another statement.
create function "foldlog".horizon() returns bigint language plpgsql volatile
-- A plan made while the table is small would go through all of it when it is large.
set enable_seqscan = off set jit = off
as $body$
declare
  log oid;
  high bigint;
  keys bigint[];
  later bigint;
begin
  if pg_is_in_recovery() then
    raise exception using errcode = 'FL004', message = 'a standby knows no locks of writers: the log is read from the primary';
  end if;

  -- Every position before one that is stored was drawn before it. The sequence would be no better: what was drawn and rolled back may not have come to the disk, and
  -- is drawn again after a crash (a commit comes to the disk after the positions it used, and before anybody sees it). And worse: `nextval` writes there for a
  -- moment what it logs ahead, up to 32 more than was drawn, and who selects sees it.
  select tableoid into log from "foldlog".positions;
  high := coalesce((select max(position) from "foldlog".events), 0);

  select array_agg((classid::bigint & 255) << 32 | objid::bigint) into keys
  from pg_locks
  where locktype = 'advisory' and objsubid = 1 and mode = 'ShareLock' and granted
    and database = (select oid from pg_database where datname = current_database())
    and classid::bigint >> 8 = log::bigint & 16777215;

  -- A key holds the lower 40 bits of a floor. The rest follows from this look: every floor was read before its lock was seen, so none is above what the
  -- sequence says now, be that a few too high. (It may be above `high`; such a writer came later, and does not matter.)
  select last_value - (not is_called)::int into later from "foldlog".positions;

  return least(high, (select min(later - ((later - key) & 1099511627775)) from unnest(keys) key));
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (14, 'horizon', 'd7199218b8247bfc196913fce8d7c5fc');
  elsif known <> 'd7199218b8247bfc196913fce8d7c5fc' then
    raise exception using errcode = 'FL010', message = 'migration 14 (horizon) was applied in another form than this version has it';
  end if;

  -- 0015 event_text
  select checksum into known from "foldlog".migrations where number = 15;
  if known is null then
    execute $sql$
-- An event as one JSON text, the form in which every read gives it out:
-- [version, position, id, type, schema version, data, correlation id, causation id, user, milliseconds, stream]
-- The stream is null where whoever asks has named it. `concat` learns once in a statement how its parts are written, json_build_array finds it out for each
-- of each event, and takes a quarter longer. `date_part` and not `extract`, which counts in `numeric`: whole milliseconds are exact in both.
create function "foldlog".event_text(of_stream text, e "foldlog".events) returns text language sql stable as $body$
  select concat(
    '[', e.version, ',', e.position, ',"', e.id, '",', to_json(e.type), ',', e.schema_version, ',', e.data,
    ',', coalesce(to_json(e.correlation_id), 'null'), ',', coalesce(to_json(e.causation_id), 'null'), ',', coalesce(e.metadata, 'null'),
    ',', (date_part('epoch', e.recorded_at) * 1000)::bigint, ',', coalesce(to_json(of_stream), 'null'), ']'
  )
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (15, 'event_text', '791684b0677f008fae856f0b3c69b6b7');
  elsif known <> '791684b0677f008fae856f0b3c69b6b7' then
    raise exception using errcode = 'FL010', message = 'migration 15 (event_text) was applied in another form than this version has it';
  end if;

  -- 0016 read_log
  select checksum into known from "foldlog".migrations where number = 16;
  if known is null then
    execute $sql$
-- A page of the log: first a row [seen, end, history], then the events. Everything up to `seen` has been looked at;
-- `end` says that this is all that is settled now. Or one row [null, shared, history]: `after` is not a place of this
-- log. `shared` is the last position that the log shares with the history `in_history`; null when the log does not know
-- that history. A filter that meets little is applied to at most 100,000 positions at a time, so that every call ends
-- soon. They are counted from the next event, so that no gap, however wide, takes more than one call.
--
-- filter: {"categories": [...], "streams": [...], "prefix": "...", "types": [...]}, each part optional
--
-- The horizon is found by a statement of its own, before the events are read in a newer snapshot: `volatile` sees to that.
create function "foldlog".read_log(after bigint, count int, filter jsonb, in_history uuid) returns setof text language plpgsql volatile
-- A page is read along an index, which has its order, and ends with the page. So names are looked up, not joined: whoever may join may begin with the
-- streams, and then reads all that follows to sort out one page.
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  settled bigint; seen bigint; history uuid;
  categories text[]; ids bigint[]; prefix text := filter ->> 'prefix'; types text[];
begin
  perform "foldlog".require_read_committed();
  settled := "foldlog".horizon();
  -- The history is read after the horizon: what is settled now is also in every history that begins later. The other
  -- order could name a history that does not have the last events.
  select s.history into history from "foldlog".log_state s;
  -- An `if` of its own: one condition with the call behind it would be a query, for every page.
  if after > settled or in_history <> history then
    if not "foldlog".is_place(after, in_history) then
      return next json_build_array(null, "foldlog".common_with(in_history), history)::text;
      return;
    end if;
  end if;
  settled := greatest(settled, after);
  seen := case when filter = '{}' then settled else least(settled, (
    -- Null, and so `settled`, when nothing follows.
    select min(e.position) + 99999 from "foldlog".events e where e.position > after and e.position <= settled
  )) end;
  return next json_build_array(seen, seen = settled, history)::text;

  if filter ? 'types' then types := array(select jsonb_array_elements_text(filter -> 'types')); end if;
  if filter ? 'categories' then categories := array(select jsonb_array_elements_text(filter -> 'categories')); end if;
  if filter ? 'streams' then
    ids := array(select s.id from "foldlog".streams s where s.name in (select jsonb_array_elements_text(filter -> 'streams')));
  end if;
  -- A prefix that goes beyond the first dash names one category.
  if categories is null and strpos(prefix, '-') > 0 then categories := array[split_part(prefix, '-', 1)]; end if;

  if ids is not null then
    return query
      select "foldlog".event_text(s.name, e) from (
        select s.id, s.name, "foldlog".version_at(s.id, s.version, after) as first, "foldlog".version_at(s.id, s.version, seen) as last
        from unnest(ids) i join "foldlog".streams s on s.id = i
        where (categories is null or s.category = any (categories)) and (prefix is null or starts_with(s.name, prefix))
        offset 0
      ) s
      cross join lateral (
        select * from "foldlog".events e
        where e.stream = s.id and e.version > s.first and e.version <= s.last and (types is null or e.type = any (types))
        order by e.version limit count
      ) e
      order by e.position limit count;
  elsif categories is not null then
    return query
      select "foldlog".event_text((select s.name from "foldlog".streams s where s.id = (e.event).stream), e.event)
      from (select distinct unnest(categories) as category) c
      cross join lateral (
        select e as event, e.position from "foldlog".events e
        where e.category = c.category and e.position > after and e.position <= seen and (types is null or e.type = any (types))
          and (prefix is null or starts_with((select s.name from "foldlog".streams s where s.id = e.stream), prefix))
        order by e.position limit count
      ) e
      order by e.position limit count;
  else
    return query
      select "foldlog".event_text((select s.name from "foldlog".streams s where s.id = e.stream), e) from "foldlog".events e
      where e.position > after and e.position <= seen and (types is null or e.type = any (types))
        and (prefix is null or starts_with((select s.name from "foldlog".streams s where s.id = e.stream), prefix))
      order by e.position limit count;
  end if;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (16, 'read_log', '50d91c89e7e3a63dc96cdfba544e2473');
  elsif known <> '50d91c89e7e3a63dc96cdfba544e2473' then
    raise exception using errcode = 'FL010', message = 'migration 16 (read_log) was applied in another form than this version has it';
  end if;

  -- 0017 read_stream
  select checksum into known from "foldlog".migrations where number = 17;
  if known is null then
    execute $sql$
-- A page of a stream, by the hundred: rows [version, deleted, [event, ...], history], one at least, with version 0 for
-- a stream without events. `known_history` is the current history, for a caller that has read it in the same snapshot.
-- The events of each row stand by version; backward from `first`, the rows do not. `stable`: all statements see the
-- snapshot of the call, so the version fits the events.
--
-- A row for each event would cost both sides half as much again as the events do; one text for all of them would be large memory that is taken and copied again and
-- again, and could be larger than texts may be. A page ends early when it is long. Versions have no gaps, so a hundred of them are known by the first.
create function "foldlog".read_stream(of_stream text, first bigint, count int, backward boolean, known_history uuid default null) returns setof text language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target "foldlog".streams; history uuid;
  low bigint; high bigint; from_version bigint; to_version bigint;
  events text; size int := 0;
begin
  if known_history is null then
    -- Not joined: a join would cost a short read a tenth more.
    select s.id, s.version, s.deleted_at, (select l.history from "foldlog".log_state l) into target.id, target.version, target.deleted_at, history
    from "foldlog".streams s where s.name = of_stream and s.version > 0;
    if history is null then select l.history into history from "foldlog".log_state l; end if;
  else
    history := known_history;
    select s.id, s.version, s.deleted_at into target.id, target.version, target.deleted_at
    from "foldlog".streams s where s.name = of_stream and s.version > 0;
  end if;
  low := greatest(first, 1);
  high := least(case when backward then first else low + count - 1 end, target.version);
  if backward then low := greatest(high - count + 1, 1); end if;

  if target.id is null or target.deleted_at is not null or low > high then
    return next json_build_array(coalesce(target.version, 0), target.deleted_at is not null, '[]'::json, history)::text;
    return;
  end if;

  while low <= high and size < 16000000 loop
    from_version := case when backward then greatest(low, high - 99) else low end;
    to_version := case when backward then high else least(high, low + 99) end;
    select string_agg(text, ',') into events from (
      select "foldlog".event_text(null, e) as text from "foldlog".events e
      where e.stream = target.id and e.version between from_version and to_version
      order by e.version
    ) ordered;
    return next concat('[', target.version, ',false,[', events, '],"', history, '"]');
    size := size + octet_length(events);
    if backward then high := from_version - 1; else low := to_version + 1; end if;
  end loop;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (17, 'read_stream', '6c7ae2fef7528bcd2c43f16d2e1bac4e');
  elsif known <> '6c7ae2fef7528bcd2c43f16d2e1bac4e' then
    raise exception using errcode = 'FL010', message = 'migration 17 (read_stream) was applied in another form than this version has it';
  end if;

  -- 0018 read_from_snapshot
  select checksum into known from "foldlog".migrations where number = 18;
  if known is null then
    execute $sql$
-- As "foldlog".read_stream, but from behind the snapshot of the wanted shape, which stands in a row before the others:
-- [version, state] or null. A snapshot whose event is not in the stream is not returned: it was folded from lost
-- events. `stable`: both statements see the snapshot of the call.
create function "foldlog".read_from_snapshot(of_stream text, shape int, count int) returns setof text language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  snapshot "foldlog".snapshots;
begin
  select kept.* into snapshot
  from "foldlog".streams s join "foldlog".snapshots kept on kept.stream = s.id
  where s.name = of_stream and kept.schema_version = shape
    and exists (select from "foldlog".events e where e.stream = s.id and e.version = kept.version and e.id = kept.anchor);
  return next case when snapshot.stream is null then 'null' else json_build_array(snapshot.version, snapshot.state)::text end;
  return query select * from "foldlog".read_stream(of_stream, coalesce(snapshot.version, 0) + 1, count, false);
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (18, 'read_from_snapshot', 'b64596501d16899f5907533401db35d3');
  elsif known <> 'b64596501d16899f5907533401db35d3' then
    raise exception using errcode = 'FL010', message = 'migration 18 (read_from_snapshot) was applied in another form than this version has it';
  end if;

  -- 0019 save_snapshot
  select checksum into known from "foldlog".migrations where number = 19;
  if known is null then
    execute $sql$
-- Keeps a snapshot, unless a newer one is there, the stream has not come so far or is deleted, or the events from which
-- the snapshot was folded are lost (they were read in `in_history`, null when the caller names none). The key share
-- lock keeps a deletion (which locks for update) from slipping in between; it does not hinder appends. A newer snapshot
-- whose event is no longer in the stream is replaced.
create function "foldlog".save_snapshot(of_stream text, shape int, at_version bigint, new_state jsonb, in_history uuid) returns void language plpgsql volatile
set enable_seqscan = off set jit = off
as $body$
declare
  target bigint;
  anchor "foldlog".events;
begin
  select s.id into target from "foldlog".streams s
  where s.name = of_stream and s.deleted_at is null and s.version >= at_version
  for key share;
  select * into anchor from "foldlog".events e where e.stream = target and e.version = at_version;
  if anchor.id is null or in_history is not null and not "foldlog".is_place(anchor.position, in_history) then return; end if;

  insert into "foldlog".snapshots as kept (stream, schema_version, version, state, anchor) values (target, shape, at_version, new_state, anchor.id)
  on conflict (stream, schema_version) do update
    set version = excluded.version, state = excluded.state, anchor = excluded.anchor
    where kept.version < excluded.version
      or not exists (select from "foldlog".events e where e.stream = kept.stream and e.version = kept.version and e.id = kept.anchor);
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (19, 'save_snapshot', '6ca66f060a2a68181a5d747c17bad8da');
  elsif known <> '6ca66f060a2a68181a5d747c17bad8da' then
    raise exception using errcode = 'FL010', message = 'migration 19 (save_snapshot) was applied in another form than this version has it';
  end if;

  -- 0020 find_events
  select checksum into known from "foldlog".migrations where number = 20;
  if known is null then
    execute $sql$
-- First a row with the number of ids, then the events with these ids that are stored, by position.
create function "foldlog".find_events(ids jsonb) returns setof text language plpgsql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  return next jsonb_array_length(ids)::text;
  return query
    select "foldlog".event_text(s.name, e)
    from (select distinct value::uuid as id from jsonb_array_elements_text(ids)) wanted
    join "foldlog".events e on e.id = wanted.id
    join "foldlog".streams s on s.id = e.stream
    order by e.position;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (20, 'find_events', 'a4d696e9f52d6b4944cb9ccd99e517f4');
  elsif known <> 'a4d696e9f52d6b4944cb9ccd99e517f4' then
    raise exception using errcode = 'FL010', message = 'migration 20 (find_events) was applied in another form than this version has it';
  end if;

  -- 0021 stream_info
  select checksum into known from "foldlog".migrations where number = 21;
  if known is null then
    execute $sql$
-- [version, deleted] of a stream, version 0 for one without events.
create function "foldlog".stream_info(of_stream text) returns text language sql stable as $body$
  select json_build_array(coalesce(max(s.version), 0), count(s.deleted_at) > 0)::text
  from "foldlog".streams s where s.name = of_stream and s.version > 0
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (21, 'stream_info', '0b412dcf27c5eb441a286d935d2d6ecb');
  elsif known <> '0b412dcf27c5eb441a286d935d2d6ecb' then
    raise exception using errcode = 'FL010', message = 'migration 21 (stream_info) was applied in another form than this version has it';
  end if;

  -- 0022 delete_stream
  select checksum into known from "foldlog".migrations where number = 22;
  if known is null then
    execute $sql$
-- Marks a stream as deleted and drops its snapshots: ["deleted", version], or why not: ["missing"], ["gone", version], ["conflict", version].
-- expected: -1 any, -2 stream exists, from 0 exact.
create function "foldlog".delete_stream(of_stream text, expected bigint) returns text language plpgsql volatile as $body$
declare
  target "foldlog".streams;
begin
  perform "foldlog".require_read_committed();
  select * into target from "foldlog".streams s where s.name = of_stream and s.version > 0 for update;
  if target.id is null then return '["missing"]'; end if;
  if target.deleted_at is not null then return json_build_array('gone', target.version)::text; end if;
  if not (expected = -1 or expected = -2 or expected = target.version) then
    return json_build_array('conflict', target.version)::text;
  end if;
  update "foldlog".streams s set deleted_at = clock_timestamp() where s.id = target.id;
  delete from "foldlog".snapshots s where s.stream = target.id;
  return json_build_array('deleted', target.version)::text;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (22, 'delete_stream', '6d80b9a4cb3e9ad52350bc4fe127737b');
  elsif known <> '6d80b9a4cb3e9ad52350bc4fe127737b' then
    raise exception using errcode = 'FL010', message = 'migration 22 (delete_stream) was applied in another form than this version has it';
  end if;

  -- 0023 version_at
  select checksum into known from "foldlog".migrations where number = 23;
  if known is null then
    execute $sql$
-- The last version of a stream at or before a position, 0 when it begins behind it. `head` is the version of the stream. Within a stream positions
-- ascend with versions, so a few looks at the index of versions find it, however long the stream is; no index of positions by stream is needed.
create function "foldlog".version_at(of_stream bigint, head bigint, at_position bigint) returns bigint language plpgsql stable as $body$
declare
  low bigint := 0;
  high bigint := head + 1;
  middle bigint;
begin
  while high - low > 1 loop
    middle := (low + high) / 2;
    if (select e.position <= at_position from "foldlog".events e where e.stream = of_stream and e.version = middle) then
      low := middle;
    else
      high := middle;
    end if;
  end loop;
  return low;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (23, 'version_at', 'e48dff7f4b10585f20e3d3b11b513336');
  elsif known <> 'e48dff7f4b10585f20e3d3b11b513336' then
    raise exception using errcode = 'FL010', message = 'migration 23 (version_at) was applied in another form than this version has it';
  end if;

  -- 0024 boundary
  select checksum into known from "foldlog".migrations where number = 24;
  if known is null then
    execute $sql$
-- The boundary: clients call these functions and touch no table. So whoever may append can neither change events nor write past the version check
-- and the floor lock. They run as their owner, and must therefore find nothing by way of the caller's search path.
alter function "foldlog".append(jsonb, jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".append_alone security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".append_plain security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".delete_stream(text, bigint) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".save_snapshot(text, int, bigint, jsonb, uuid) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".read_stream(text, bigint, int, boolean, uuid) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".read_from_snapshot(text, int, int) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".read_log(bigint, int, jsonb, uuid) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".find_events(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".stream_info(text) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".horizon() security definer set search_path = pg_catalog, pg_temp;

-- Postgres lets everybody execute a new function. These wait for a grant, see docs/postgres.md; the others are for these alone. Not "all functions in
-- schema": the schema may be one that has other functions too.
revoke execute on function
  "foldlog".append(jsonb, jsonb), "foldlog".delete_stream(text, bigint), "foldlog".save_snapshot(text, int, bigint, jsonb, uuid),
  "foldlog".read_stream(text, bigint, int, boolean, uuid), "foldlog".read_from_snapshot(text, int, int), "foldlog".read_log(bigint, int, jsonb, uuid),
  "foldlog".find_events(jsonb), "foldlog".stream_info(text), "foldlog".horizon(), "foldlog".protect(), "foldlog".floor_key(oid, bigint), "foldlog".lock_floor(oid),
  "foldlog".refuse_late(bigint, bigint, regclass), "foldlog".append_alone, "foldlog".append_plain,
  "foldlog".require_read_committed(), "foldlog".repetition(bigint, jsonb), "foldlog".first_known_id(jsonb), "foldlog".event_text(text, "foldlog".events),
  "foldlog".version_at(bigint, bigint, bigint)
from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (24, 'boundary', 'fb8ee51f2f2952c8b2a6175a9637918a');
  elsif known <> 'fb8ee51f2f2952c8b2a6175a9637918a' then
    raise exception using errcode = 'FL010', message = 'migration 24 (boundary) was applied in another form than this version has it';
  end if;

  -- 0025 handlers
  select checksum into known from "foldlog".migrations where number = 25;
  if known is null then
    execute $sql$
-- Handlers of events, and what they keep: see docs/handler-store.md. `serving` is the number of the generation that
-- queries read. `epoch` is the highest epoch of the retired generations: new generations begin above it. `start` is the
-- position after which every generation begins. `previous` is the number of the generation that served before, kept for
-- a rollback. `rolls_back`: a rollback to it was requested.
create table "foldlog".handlers (
  id         bigint generated always as identity primary key,
  name       text collate "C" not null unique,
  serving    integer not null,
  start      bigint not null,
  previous   integer,
  rolls_back boolean not null default false,
  epoch      bigint not null default 0
);

-- A generation, under its number; without one when it is retired, and only its documents are still to be removed. Its
-- id is never used again. `served`: queries have read this generation at some time. `spoiled`: its documents were made
-- from lost events. `set_backs`: how often it was set back.
create table "foldlog".handler_generations (
  id      bigint generated always as identity primary key,
  handler bigint not null,
  number  integer,
  served  boolean not null default false,
  spoiled boolean not null default false,
  set_backs integer not null default 0,
  unique (handler, number)
);

-- The part that a generation plays for its handler; see GenerationRole in @foldlog/core.
create function "foldlog".generation_role(handler "foldlog".handlers, generation "foldlog".handler_generations)
returns text language sql immutable as $body$
  select case
    when generation.number = handler.serving then 'serving'
    when generation.spoiled then 'outdated'
    when generation.number = handler.previous then case when handler.rolls_back then 'returning' else 'previous' end
    when generation.number > handler.serving and not generation.served then 'building'
    else 'outdated'
  end
$body$;

create index handler_generations_retired on "foldlog".handler_generations (id) where number is null;

-- The anchor is the last event at or before `position` when that was written, null when there was none: a log that has
-- another event there is not the log that was handled. `holder` is the member that took the partition last, as long as
-- it is not given up. Room is left on each page, because every commit updates `position` and `revision` in place (HOT:
-- no index holds them).
create table "foldlog".handler_partitions (
  generation bigint not null,
  partition  integer not null,
  position   bigint not null,
  anchor_position bigint,
  anchor_id  uuid,
  epoch      bigint not null,
  revision   bigint not null default 0,
  holder     text collate "C",
  primary key (generation, partition)
) with (fillfactor = 50);

-- As long as a member has a row, the partitions it holds are its own, and `until` is how long its last heartbeat lasts (see lease_end). So a
-- heartbeat renews any number of leases by one row. One that is leaving has no share any more.
create table "foldlog".handler_members (
  generation bigint not null,
  member     text collate "C" not null,
  until      timestamptz not null,
  leaving    boolean not null,
  report     jsonb not null,
  lease_time interval not null default '0',
  primary key (generation, member)
) with (fillfactor = 50);

-- When the partitions of a member may be taken from it. A server that was away took its time from everybody: members that live could not say so. From its
-- start on each has half a lease to be heard again, in which a member that lives beats; otherwise whoever comes first would take the partitions of all others.
-- Not a whole one: of a server that crashes now and then the dead would keep theirs.
create function "foldlog".lease_end(member "foldlog".handler_members) returns timestamptz language sql stable as $body$
  select greatest(member.until, pg_postmaster_start_time() + member.lease_time / 2)
$body$;

-- Projections whose views are written with the appends, see docs/handlers.md. `generation` is the number of the one that is open, null as long as none
-- was; appends to `categories` bring its views. Appends to `paused` wait until `paused_until`, so that one that is to be opened catches up.
--
-- Every append reads "foldlog".log_state, which has the categories too, and keeps a shared lock of that table until its
-- transaction ends. A function that changes a row here takes a lock that conflicts with it; see "foldlog".open_inline.
-- Then no append is under way that has read the old row, and all that was appended before is visible.
create table "foldlog".inline_projections (
  handler      bigint primary key,
  generation   integer,
  categories   text[] collate "C" not null default '{}',
  paused       text[] collate "C" not null default '{}',
  paused_until timestamptz
);
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (25, 'handlers', '3e03ff4699067a9585753460cdd73994');
  elsif known <> '3e03ff4699067a9585753460cdd73994' then
    raise exception using errcode = 'FL010', message = 'migration 25 (handlers) was applied in another form than this version has it';
  end if;

  -- 0026 handler_documents
  select checksum into known from "foldlog".migrations where number = 26;
  if known is null then
    execute $sql$
-- What handlers keep. `due` is in milliseconds since 1970, as clients count: a timestamptz does not reach as far as their dates.
create table "foldlog".handler_documents (
  generation bigint not null,
  kind       text collate "C" not null,
  key        text collate "C" not null,
  partition  integer not null,
  position   bigint not null,
  due        bigint,
  wish       text,
  data       jsonb not null,
  primary key (generation, kind, key)
);

-- What is due next in a partition, however many wait.
create index handler_documents_due on "foldlog".handler_documents (generation, partition, due, key) where due is not null;

-- What a partition was left with by whoever held it before. Views are found by their keys, and spared the second index.
create index handler_documents_partition on "foldlog".handler_documents (generation, kind, partition, key) where kind <> 'view';
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (26, 'handler_documents', 'f649307f5a94382b8eb36bb3bac2937f');
  elsif known <> 'f649307f5a94382b8eb36bb3bac2937f' then
    raise exception using errcode = 'FL010', message = 'migration 26 (handler_documents) was applied in another form than this version has it';
  end if;

  -- 0027 generation_id
  select checksum into known from "foldlog".migrations where number = 27;
  if known is null then
    execute $sql$
-- The id of a generation of a handler, of the one that serves when no number is given; null when there is none.
create function "foldlog".generation_id(handler_name text, in_number int) returns bigint language sql stable as $body$
  select g.id
  from "foldlog".handlers h join "foldlog".handler_generations g on g.handler = h.id and g.number = coalesce(in_number, h.serving)
  where h.name = handler_name
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (27, 'generation_id', 'e33ddba2bbb8fd399a6d2f00d6a7ced7');
  elsif known <> 'e33ddba2bbb8fd399a6d2f00d6a7ced7' then
    raise exception using errcode = 'FL010', message = 'migration 27 (generation_id) was applied in another form than this version has it';
  end if;

  -- 0028 clock_ms
  select checksum into known from "foldlog".migrations where number = 28;
  if known is null then
    execute $sql$
-- The time of this moment in whole milliseconds since 1970. Not that of the transaction: it may have waited.
create function "foldlog".clock_ms() returns bigint language sql volatile as $body$
  select floor(extract(epoch from clock_timestamp()) * 1000)::bigint
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (28, 'clock_ms', '8683bc4a375b2a28d555c4c9a73363e4');
  elsif known <> '8683bc4a375b2a28d555c4c9a73363e4' then
    raise exception using errcode = 'FL010', message = 'migration 28 (clock_ms) was applied in another form than this version has it';
  end if;

  -- 0029 register_handler
  select checksum into known from "foldlog".migrations where number = 29;
  if known is null then
    execute $sql$
-- Registers a generation of a handler, unless it is registered already: [partitions, serving, start, role].
--
-- `in_start` counts when the handler is created, and never again. A later generation begins at the start of the
-- handler, so that it holds the events that the serving one holds. Otherwise a rebuild of a handler that started "now"
-- would be empty and take over.
create function "foldlog".register_handler(handler_name text, in_number int, partitions int, in_start bigint) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known "foldlog".handlers;
  made bigint;
begin
  perform "foldlog".require_read_committed();
  perform "foldlog".check_sequences();
  insert into "foldlog".handlers (name, serving, start) values (handler_name, in_number, in_start) on conflict (name) do nothing;
  known := "foldlog".locked_handler(handler_name);
  insert into "foldlog".handler_generations (handler, number, served) values (known.id, in_number, known.serving = in_number)
  on conflict (handler, number) do nothing returning id into made;

  insert into "foldlog".handler_partitions (generation, partition, position, anchor_position, anchor_id, epoch)
  select made, n, known.start, a.anchor_position, a.anchor_id, known.epoch
  from generate_series(0, partitions - 1) n left join "foldlog".anchor_at(known.start) a on true
  where made is not null;

  return "foldlog".registered_text(known, in_number, null);
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (29, 'register_handler', '6ea93406e6fca578487f0238f1cfb0f3');
  elsif known <> '6ea93406e6fca578487f0238f1cfb0f3' then
    raise exception using errcode = 'FL010', message = 'migration 29 (register_handler) was applied in another form than this version has it';
  end if;

  -- 0030 locked_handler
  select checksum into known from "foldlog".migrations where number = 30;
  if known is null then
    execute $sql$
-- A handler, its row locked until the end of the transaction: whoever changes which generations it has, or which one serves, begins here, so one handler is
-- changed by one at a time. Nothing when there is no such handler.
create function "foldlog".locked_handler(handler_name text) returns "foldlog".handlers language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known "foldlog".handlers;
begin
  perform "foldlog".require_read_committed();
  select * into known from "foldlog".handlers h where h.name = handler_name for no key update;
  return known;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (30, 'locked_handler', 'a1a78d2712bf9dddcf63a9ecca8345a8');
  elsif known <> 'a1a78d2712bf9dddcf63a9ecca8345a8' then
    raise exception using errcode = 'FL010', message = 'migration 30 (locked_handler) was applied in another form than this version has it';
  end if;

  -- 0031 promote_handler
  select checksum into known from "foldlog".migrations where number = 31;
  if known is null then
    execute $sql$
-- Lets a generation serve when it holds what the serving one holds: [partitions, serving, start, role, block]. `block`
-- says why it does not: "behind", "parked", "rollback", or null. The answer is null when there is no such generation,
-- and false when the handler is an inline projection, whose generations serve when they are opened. The function checks
-- this first, in the order in which "foldlog".open_inline locks.
--
-- Nothing is lost by a takeover. A build takes over only when its checkpoint is at least that of the serving generation
-- and none of its events is parked. So every event up to the checkpoint of the serving generation was folded into the
-- build. All partitions of both generations are locked before anything is read, so the function waits for a commit
-- under way. That commit can neither advance the serving generation nor park an event of the new one between the
-- reading and the swap.
--
-- What queries see never goes back, and the result of a wait for a position stays correct. The old generation is frozen
-- in the same transaction: its epochs rise, so no later commit moves it. A process that does not know of the swap yet,
-- and answers from the old generation, knows no position of it beyond the checkpoint at the swap. The new generation
-- has reached that checkpoint.
--
-- Parked events of a returning generation do not block it. It served with them before, and a refusal would make the
-- rollback impossible.
create function "foldlog".promote_handler(handler_name text, in_number int) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known "foldlog".handlers;
  target "foldlog".handler_generations;
  old bigint;
  block text;
begin
  if exists (
    select from "foldlog".inline_projections i join "foldlog".handlers h on h.id = i.handler
    where h.name = handler_name and i.generation is not null and i.generation <> in_number
  ) then
    return 'false';
  end if;
  known := "foldlog".locked_handler(handler_name);
  old := "foldlog".generation_id(handler_name, known.serving);
  select * into target from "foldlog".handler_generations g where g.handler = known.id and g.number = in_number;
  if target.id is null then return 'null'; end if;
  if "foldlog".generation_role(known, target) in ('building', 'returning') then
    -- In the order of a heartbeat: generations, members, partitions.
    perform from "foldlog".handler_generations g where g.id in (old, target.id) order by g.id for no key update;
    perform from "foldlog".handler_partitions p where p.generation in (old, target.id)
    order by p.generation, p.partition for no key update;
    block := case
      when known.rolls_back and in_number <> known.previous then 'rollback'
      when (select min(p.position) from "foldlog".handler_partitions p where p.generation = target.id)
        < (select min(p.position) from "foldlog".handler_partitions p where p.generation = old) then 'behind'
      when not known.rolls_back and exists (
        select from "foldlog".handler_documents d where d.generation = target.id and d.kind = 'parked' and d.kind <> 'view'
      ) then 'parked'
    end;
    if block is null then
      known := "foldlog".swap_generations(known, in_number);
    end if;
  end if;
  return "foldlog".registered_text(known, in_number, block);
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (31, 'promote_handler', '622e0efa6c5819ae0e524e83f20bcc5a');
  elsif known <> '622e0efa6c5819ae0e524e83f20bcc5a' then
    raise exception using errcode = 'FL010', message = 'migration 31 (promote_handler) was applied in another form than this version has it';
  end if;

  -- 0032 retire_handler
  select checksum into known from "foldlog".migrations where number = 32;
  if known is null then
    execute $sql$
-- Forgets a generation that does not serve: true, or false for the one that serves. From then on nobody finds it; its documents are left to
-- "foldlog".remove_retired, because there may be millions of them.
--
-- Rows are locked in the order in which everybody locks them: handler, generation, members, partitions. A commit that comes later finds no
-- partition and is fenced; one that came before has been waited for.
create function "foldlog".retire_handler(handler_name text, in_number int) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known "foldlog".handlers := "foldlog".locked_handler(handler_name);
  target bigint;
begin
  if known.serving = in_number then return 'false'; end if;
  update "foldlog".handler_generations g set number = null where g.handler = known.id and g.number = in_number returning g.id into target;

  perform from "foldlog".handler_members m where m.generation = target order by m.member for update;
  delete from "foldlog".handler_members m where m.generation = target;
  perform from "foldlog".handler_partitions p where p.generation = target order by p.partition for update;
  with gone as (
    delete from "foldlog".handler_partitions p where p.generation = target returning p.epoch
  )
  update "foldlog".handlers h set epoch = greatest(h.epoch, (select max(epoch) from gone)),
    previous = nullif(h.previous, in_number), rolls_back = h.rolls_back and h.previous <> in_number
  where h.id = known.id and target is not null;
  return 'true';
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (32, 'retire_handler', 'e5910cbf467d852dbc1c1527200972b1');
  elsif known <> 'e5910cbf467d852dbc1c1527200972b1' then
    raise exception using errcode = 'FL010', message = 'migration 32 (retire_handler) was applied in another form than this version has it';
  end if;

  -- 0033 remove_retired
  select checksum into known from "foldlog".migrations where number = 33;
  if known is null then
    execute $sql$
-- Removes documents of retired generations, so many at most: true when none is left. Whoever retires calls it until then, for those too who
-- died in the middle. Two at once share the work: each passes over what the other has in hand.
create function "foldlog".remove_retired(count int) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint;
  next_kind text;
begin
  perform "foldlog".require_read_committed();
  select g.id into target from "foldlog".handler_generations g where g.number is null order by g.id limit 1 for update skip locked;
  if target is null then return 'true'; end if;
  select min(d.kind) into next_kind from "foldlog".handler_documents d where d.generation = target;
  if next_kind is null then
    delete from "foldlog".handler_generations g where g.id = target;
  else
    delete from "foldlog".handler_documents d
    where d.generation = target and d.kind = next_kind and d.key = any (array(
      select k.key from "foldlog".handler_documents k where k.generation = target and k.kind = next_kind order by k.key limit count
    ));
  end if;
  return 'false';
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (33, 'remove_retired', 'c417d688d1e51e18c50731d34a618521');
  elsif known <> 'c417d688d1e51e18c50731d34a618521' then
    raise exception using errcode = 'FL010', message = 'migration 33 (remove_retired) was applied in another form than this version has it';
  end if;

  -- 0034 beats
  select checksum into known from "foldlog".migrations where number = 34;
  if known is null then
    execute $sql$
-- Heartbeats as rows, in their order: [[name, number, member, lease time, capacity, report], ...]. `generation` is null when there is none.
create function "foldlog".beats(heartbeats jsonb)
returns table (place bigint, generation bigint, member text, lease_time bigint, capacity int, report jsonb) language sql stable as $body$
  select
    b.place, "foldlog".generation_id(b.beat ->> 0, (b.beat ->> 1)::int), b.beat ->> 2,
    (b.beat ->> 3)::bigint, (b.beat ->> 4)::int, b.beat -> 5
  from jsonb_array_elements(heartbeats) with ordinality b (beat, place)
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (34, 'beats', 'f948dcd4488ed40cdefa6fa466bc2689');
  elsif known <> 'f948dcd4488ed40cdefa6fa466bc2689' then
    raise exception using errcode = 'FL010', message = 'migration 34 (beats) was applied in another form than this version has it';
  end if;

  -- 0035 standing
  select checksum into known from "foldlog".migrations where number = 35;
  if known is null then
    execute $sql$
-- How a member stands in the group: the partitions it holds, its fair share, and how many it could take. The share is the number of partitions
-- divided by that of the members that live, rounded up: nobody is left without while another has two more. Who has been silent for half a lease, and so has
-- missed a beat, has no share: it keeps what it holds until its lease runs out, and nothing else waits for it as long.
-- `next`: when the first lease of another runs out, unless it is renewed.
create function "foldlog".standing(of_generation bigint, of_member text, capacity int)
returns table (own bigint, share bigint, free bigint, next timestamptz) language sql volatile as $body$
  select
    count(*) filter (where p.holder = of_member),
    least(capacity, ceil(count(*)::numeric / greatest(1, (
      select count(*) from "foldlog".handler_members m
      where m.generation = of_generation and not m.leaving
        and greatest(m.until - m.lease_time / 2, pg_postmaster_start_time() + m.lease_time / 2) > clock_timestamp()
    ))))::bigint,
    count(*) filter (where p.holder is null or p.holder <> of_member and (m.member is null or "foldlog".lease_end(m) <= clock_timestamp())),
    min("foldlog".lease_end(m)) filter (where p.holder <> of_member and "foldlog".lease_end(m) > clock_timestamp())
  from "foldlog".handler_partitions p
  left join "foldlog".handler_members m on m.generation = p.generation and m.member = p.holder
  where p.generation = of_generation
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (35, 'standing', '90d59c99f0c1252d1314c36da8abdccd');
  elsif known <> '90d59c99f0c1252d1314c36da8abdccd' then
    raise exception using errcode = 'FL010', message = 'migration 35 (standing) was applied in another form than this version has it';
  end if;

  -- 0036 heartbeat
  select checksum into known from "foldlog".migrations where number = 36;
  if known is null then
    execute $sql$
-- Renews the leases of members and takes partitions that are free or whose holder has died, up to the fair share. One
-- answer for each heartbeat, in order: [[surplus, again, [[partition, epoch, revision, position, anchor position,
-- anchor id], ...], known, history], ...]. `known`: whether the generation is registered. `again`: in how many
-- milliseconds the first lease of another member runs out, unless it is renewed; null when there is none. Who beats
-- then takes what is free the moment it is. A twelfth of a lease, when something is free that could not be had, because
-- of the share or of a commit under way; or when somebody has more than a fair share of what this member has too little
-- of: it is told so with its next heartbeat, and gives some up.
--
-- Two never take one partition, and nobody takes one from a member that renews it: whoever joins or takes holds the row of the generation, and looks
-- at the partitions and members after that. Before it takes, it buries: a member whose time is over loses its row, unless that is locked,
-- which means that it is being renewed just now. Whoever finds that it was buried while it waited begins anew, as one who joins.
--
-- Nobody is stalled, and there is no deadlock. Rows are locked in one order: generations by id, then members by id and name; nothing else is waited
-- for. Partitions and the dead are locked only when they are free at once (`skip locked`): a heartbeat never waits for a commit, a commit waits for a
-- heartbeat only when it has lost its partition to it, and a member that has its share waits for nobody but whoever tries to bury it.
--
-- A heartbeat that arrives late, from a connection that was given up, gives a member that has gone at most one lease time more.
create function "foldlog".heartbeat(heartbeats jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  contested bigint[];
  beat record;
begin
  perform "foldlog".require_read_committed();

  contested := array(
    select g.id from "foldlog".handler_generations g
    where g.number is not null and g.id in (
      select b.generation from "foldlog".beats(heartbeats) b, "foldlog".standing(b.generation, b.member, b.capacity) s
      where s.own < s.share and s.free > 0 or (b.capacity > 0 or s.own > 0) and not exists (
        select from "foldlog".handler_members m where m.generation = b.generation and m.member = b.member
      )
    )
    order by g.id
    for no key update
  );

  perform from "foldlog".handler_members m
  where (m.generation, m.member) in (select b.generation, b.member from "foldlog".beats(heartbeats) b)
  order by m.generation, m.member
  for no key update;

  -- From here on nothing is waited for. Of two heartbeats of one member the last counts.
  update "foldlog".handler_members m
  set until = clock_timestamp() + b.lease_time * interval '1 millisecond', leaving = b.capacity = 0, report = b.report,
    lease_time = b.lease_time * interval '1 millisecond'
  from (
    select distinct on (b.generation, b.member) b.* from "foldlog".beats(heartbeats) b order by b.generation, b.member, b.place desc
  ) b
  where m.generation = b.generation and m.member = b.member;

  insert into "foldlog".handler_members (generation, member, until, leaving, report, lease_time)
  select
    b.generation, b.member, clock_timestamp() + b.lease_time * interval '1 millisecond', b.capacity = 0, b.report,
    b.lease_time * interval '1 millisecond'
  from "foldlog".beats(heartbeats) b, "foldlog".standing(b.generation, b.member, b.capacity) s
  where b.generation = any (contested) and (b.capacity > 0 or s.own > 0)
  order by b.place desc
  on conflict do nothing;

  if exists (
    select from "foldlog".beats(heartbeats) b, "foldlog".standing(b.generation, b.member, b.capacity) s
    where b.generation is not null and (b.capacity > 0 or s.own > 0)
      and not exists (select from "foldlog".handler_members m where m.generation = b.generation and m.member = b.member)
  ) then
    raise exception using errcode = '40001', message = 'a member was taken for dead while it came back: it begins anew';
  end if;

  delete from "foldlog".handler_members m using (
    select d.generation, d.member from "foldlog".handler_members d
    where d.generation = any (contested) and "foldlog".lease_end(d) <= clock_timestamp()
    for update skip locked
  ) dead
  where m.generation = dead.generation and m.member = dead.member;

  for beat in
    select * from "foldlog".beats(heartbeats) b where b.generation = any (contested) order by b.place
  loop
    update "foldlog".handler_partitions p set holder = beat.member, epoch = "foldlog".next_epoch(p.epoch)
    from (
      select f.generation, f.partition from "foldlog".handler_partitions f
      where f.generation = beat.generation and (f.holder is null or f.holder <> beat.member)
        and not exists (select from "foldlog".handler_members m where m.generation = f.generation and m.member = f.holder)
      order by f.partition
      limit (select greatest(0, s.share - s.own) from "foldlog".standing(beat.generation, beat.member, beat.capacity) s)
      for no key update skip locked
    ) free
    where p.generation = free.generation and p.partition = free.partition;
  end loop;

  delete from "foldlog".handler_members m using "foldlog".beats(heartbeats) b
  where m.generation = b.generation and m.member = b.member and m.leaving
    and not exists (select from "foldlog".handler_partitions p where p.generation = m.generation and p.holder = m.member);

  return (
    select coalesce(json_agg(json_build_array(
      greatest(0, s.own - s.share),
      least(
        case when s.next is not null then greatest(0, ceil(extract(epoch from s.next - clock_timestamp()) * 1000))::bigint end,
        case when b.capacity > 0 and s.free > 0 or s.own < s.share and exists (
          select from "foldlog".handler_partitions p
          where p.generation = b.generation and p.holder <> b.member group by p.holder having count(*) > s.share
        ) then b.lease_time / 12 end
      ),
      coalesce((
        select json_agg(json_build_array(p.partition, p.epoch, p.revision, p.position, p.anchor_position, p.anchor_id) order by p.partition)
        from "foldlog".handler_partitions p where p.generation = b.generation and p.holder = b.member
      ), '[]'),
      b.generation is not null,
      (select s.history from "foldlog".log_state s)
    ) order by b.place), '[]')::text
    from "foldlog".beats(heartbeats) b, "foldlog".standing(b.generation, b.member, b.capacity) s
  );
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (36, 'heartbeat', 'd05d0fd27e94da06066b85bb39ee7f02');
  elsif known <> 'd05d0fd27e94da06066b85bb39ee7f02' then
    raise exception using errcode = 'FL010', message = 'migration 36 (heartbeat) was applied in another form than this version has it';
  end if;

  -- 0037 release_leases
  select checksum into known from "foldlog".migrations where number = 37;
  if known is null then
    execute $sql$
-- Gives leases up: [[name, generation, partition, epoch], ...]. One whose epoch is not that of the partition changes nothing: it is in other hands, or
-- the statement comes late. Rows are locked in the order in which commits lock them.
create function "foldlog".release_leases(leases jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  perform "foldlog".require_read_committed();
  with given as (
    select p.generation, p.partition from "foldlog".handler_partitions p
    where (p.generation, p.partition, p.epoch) in (
      select "foldlog".generation_id(l ->> 0, (l ->> 1)::int), (l ->> 2)::int, (l ->> 3)::bigint from jsonb_array_elements(leases) l
    )
    order by p.generation, p.partition
    for no key update
  )
  update "foldlog".handler_partitions p set holder = null from given g where p.generation = g.generation and p.partition = g.partition;
  return '';
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (37, 'release_leases', 'f141f0319115c1aff74a75e7b8939ce2');
  elsif known <> 'f141f0319115c1aff74a75e7b8939ce2' then
    raise exception using errcode = 'FL010', message = 'migration 37 (release_leases) was applied in another form than this version has it';
  end if;

  -- 0038 commit_handlers
  select checksum into known from "foldlog".migrations where number = 38;
  if known is null then
    execute $sql$
-- Commits work on partitions, each whole or not at all, whatever becomes of the others: [verdict, ...], in order.
--
-- commits: [[name, generation, partition, epoch, revision, position, [change, ...], reach, history], ...], each
--          partition once; `sourcePosition` is the last position that anything in the commit was made from, `history` the
--          history in which that was read; both may be absent
-- change:  [kind, key, data, due], or [kind, key] for a document that is removed
-- verdict: "new": written now | "repeated": written before | "fenced" | "rewound": the reach is no place of this log,
--          or the new position is beyond it. A commit without a reach that leaves the position where it is claims
--          nothing about the log, so that a handler whose log was rewound can still store why it stops.
--
-- Exactly once: the row of the partition is locked before its epoch and revision are looked at, and both are looked at as they are then. Whoever
-- takes the partition over changes the epoch in the same row. So of two statements for one revision, of whatever worker and however late they come
-- from a connection that was given up, one is written; the other finds the revision used: it is the same commit, sent again, or fenced.
--
-- No deadlock: partitions are locked in sorted order, and documents, which belong to one partition each, by whoever holds it. (A wish locks one
-- document and waits for nothing while it does.) Whoever writes one document from two partitions can make a circle; the server breaks it, and
-- the client sends the commits again.
create function "foldlog".commit_handlers(commits jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  ids bigint[] := array(
    select "foldlog".generation_id(value ->> 0, (value ->> 1)::int) from jsonb_array_elements(commits) with ordinality order by ordinality
  );
  generations bigint[]; partitions int[]; epochs bigint[]; revisions bigint[]; positions bigint[];
  verdicts text[];
  history uuid; last bigint;
  removed record;
begin
  perform "foldlog".require_read_committed();

  select array_agg(p.generation), array_agg(p.partition), array_agg(p.epoch), array_agg(p.revision), array_agg(p.position)
  into generations, partitions, epochs, revisions, positions
  from (
    select * from "foldlog".handler_partitions
    where (generation, partition) in (select ids[c.ordinality], (c.value ->> 2)::int from jsonb_array_elements(commits) with ordinality c)
    order by generation, partition
    for no key update
  ) p;

  select s.history, coalesce((select max(e.position) from "foldlog".events e), 0) into history, last from "foldlog".log_state s;

  select array_agg(
    case
      when p.epoch is distinct from (c.value ->> 3)::bigint then 'fenced'
      when p.revision = (c.value ->> 4)::bigint and (
        (c.value ->> 5)::bigint > last and (c.value ->> 5)::bigint <> p.position or (c.value ->> 7)::bigint > last
        or (c.value ->> 8)::uuid <> history and not "foldlog".is_place((c.value ->> 7)::bigint, (c.value ->> 8)::uuid)
      ) then 'rewound'
      when p.revision = (c.value ->> 4)::bigint then 'new'
      when p.revision = (c.value ->> 4)::bigint + 1 and p.position = (c.value ->> 5)::bigint then 'repeated'
      else 'fenced'
    end
    order by c.ordinality
  )
  into verdicts
  from jsonb_array_elements(commits) with ordinality c
  left join unnest(generations, partitions, epochs, revisions, positions) p (generation, partition, epoch, revision, position)
    on p.generation = ids[c.ordinality] and p.partition = (c.value ->> 2)::int;

  if 'new' = any (verdicts) then
    update "foldlog".handler_partitions p
    set revision = p.revision + 1, position = (c.value ->> 5)::bigint,
      anchor_position = case when p.position = (c.value ->> 5)::bigint then p.anchor_position else a.anchor_position end,
      anchor_id = case when p.position = (c.value ->> 5)::bigint then p.anchor_id else a.anchor_id end
    from jsonb_array_elements(commits) with ordinality c left join lateral "foldlog".anchor_at((c.value ->> 5)::bigint) a on true
    where verdicts[c.ordinality] = 'new' and p.generation = ids[c.ordinality] and p.partition = (c.value ->> 2)::int;

    -- Keys as one array, of one kind and generation at a time: joined, they would be looked up by whatever plan the size of the table made once.
    for removed in
      select ids[c.ordinality] as generation, d.value ->> 0 as kind, array_agg(d.value ->> 1) as keys
      from jsonb_array_elements(commits) with ordinality c, jsonb_array_elements(c.value -> 6) d
      where verdicts[c.ordinality] = 'new' and jsonb_array_length(d.value) = 2
      group by 1, 2 order by 1, 2
    loop
      delete from "foldlog".handler_documents d
      where d.generation = removed.generation and d.kind = removed.kind and d.key = any (removed.keys);
    end loop;

    insert into "foldlog".handler_documents as d (generation, kind, key, partition, position, due, data)
    select distinct on (w.generation, w.kind, w.key) w.generation, w.kind, w.key, w.partition, w.position, w.due, w.data
    from (
      select
        c.ordinality as place, ids[c.ordinality] as generation, d.value ->> 0 as kind, (d.value ->> 1) collate "C" as key,
        (c.value ->> 2)::int as partition, (c.value ->> 5)::bigint as position, (d.value ->> 3)::bigint as due, d.value -> 2 as data
      from jsonb_array_elements(commits) with ordinality c, jsonb_array_elements(c.value -> 6) d
      where verdicts[c.ordinality] = 'new' and jsonb_array_length(d.value) > 2
    ) w
    order by w.generation, w.kind, w.key, w.place desc
    on conflict (generation, kind, key) do update
    set partition = excluded.partition, position = excluded.position, due = excluded.due, wish = null, data = excluded.data;
  end if;

  return (select coalesce(json_agg(v order by place), '[]')::text from unnest(verdicts) with ordinality u (v, place));
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (38, 'commit_handlers', 'c346c3bf1ab71243a49809c38a0909de');
  elsif known <> 'c346c3bf1ab71243a49809c38a0909de' then
    raise exception using errcode = 'FL010', message = 'migration 38 (commit_handlers) was applied in another form than this version has it';
  end if;

  -- 0039 document_text
  select checksum into known from "foldlog".migrations where number = 39;
  if known is null then
    execute $sql$
-- A document as one JSON text, the form in which every read gives it out: [kind, key, partition, position, due, wish, data].
create function "foldlog".document_text(d "foldlog".handler_documents) returns text language sql stable as $body$
  select json_build_array(d.kind, d.key, d.partition, d.position, d.due, d.wish, d.data)::text
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (39, 'document_text', 'c8b9c26f13867faee4d1604b0e4d6355');
  elsif known <> 'c8b9c26f13867faee4d1604b0e4d6355' then
    raise exception using errcode = 'FL010', message = 'migration 39 (document_text) was applied in another form than this version has it';
  end if;

  -- 0040 get_documents
  select checksum into known from "foldlog".migrations where number = 40;
  if known is null then
    execute $sql$
-- First a row with the number of the generation, then its documents with these keys; the generation that serves when no number is given.
create function "foldlog".get_documents(handler_name text, in_number int, in_kind text, keys jsonb) returns setof text language plpgsql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := "foldlog".generation_id(handler_name, in_number);
begin
  return next coalesce((select g.number from "foldlog".handler_generations g where g.id = target), 0)::text;
  return query
    select "foldlog".document_text(d) from "foldlog".handler_documents d
    where d.generation = target and d.kind = in_kind and d.key = any (array(select jsonb_array_elements_text(keys)));
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (40, 'get_documents', '2a944a8f7f7989fc2e7afc382f32b4fe');
  elsif known <> '2a944a8f7f7989fc2e7afc382f32b4fe' then
    raise exception using errcode = 'FL010', message = 'migration 40 (get_documents) was applied in another form than this version has it';
  end if;

  -- 0041 list_documents
  select checksum into known from "foldlog".migrations where number = 41;
  if known is null then
    execute $sql$
-- A page of documents, by key: first a row [number of the generation, position, history], [0, 0, history] when there is
-- no such generation. Keys from `first` on, after `after`, before `before`; of these partitions and with these fields,
-- when they are not null. `stable`: all statements see the snapshot of the call, so the position fits the documents.
create function "foldlog".list_documents(
  handler_name text, in_number int, in_kind text, partitions jsonb, fields jsonb, first text, after text, before text, count int
) returns setof text language plpgsql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := "foldlog".generation_id(handler_name, in_number);
  wanted int[] := case when partitions is not null then array(select distinct value::int from jsonb_array_elements_text(partitions)) end;
begin
  return next (
    select json_build_array(coalesce(max(g.number), 0), coalesce(min(p.position), 0), (select s.history from "foldlog".log_state s))::text
    from "foldlog".handler_generations g join "foldlog".handler_partitions p on p.generation = g.id
    where g.id = target
  );
  if wanted is not null and in_kind <> 'view' then
    return query
      select "foldlog".document_text(d) from unnest(wanted) w
      cross join lateral (
        select * from "foldlog".handler_documents d
        where d.generation = target and d.kind = in_kind and d.kind <> 'view' and d.partition = w
          and d.key >= first and d.key > after and d.key < before and (fields is null or d.data @> fields)
        order by d.key limit count
      ) d
      order by d.key limit count;
  else
    return query
      select "foldlog".document_text(d) from "foldlog".handler_documents d
      where d.generation = target and d.kind = in_kind
        and d.key >= first and d.key > after and d.key < before and (fields is null or d.data @> fields)
        and (wanted is null or d.partition = any (wanted))
      order by d.key limit count;
  end if;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (41, 'list_documents', 'eef313b8a348568ca2c01772f6050a65');
  elsif known <> 'eef313b8a348568ca2c01772f6050a65' then
    raise exception using errcode = 'FL010', message = 'migration 41 (list_documents) was applied in another form than this version has it';
  end if;

  -- 0042 due_documents
  select checksum into known from "foldlog".migrations where number = 42;
  if known is null then
    execute $sql$
-- First a row [next, now], when the next document will be due, null when none will, and the time by which that was judged; then the documents of these
-- partitions that are due now, so many at most, the longest waiting first.
-- Two looks at an index for each partition: what is pending costs nothing. `stable`: both see the snapshot of the call.
create function "foldlog".due_documents(handler_name text, in_number int, partitions jsonb, count int) returns setof text language plpgsql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := "foldlog".generation_id(handler_name, in_number);
  wanted int[] := array(select distinct value::int from jsonb_array_elements_text(partitions));
  moment bigint := "foldlog".clock_ms();
  ready bigint[];
begin
  ready := array(
    select d.due from unnest(wanted) w
    cross join lateral (
      select due from "foldlog".handler_documents
      where generation = target and partition = w and due <= moment order by due limit count + 1
    ) d
    order by d.due limit count + 1
  );
  return next json_build_array(case when cardinality(ready) > count then ready[count + 1] else (
    select min(d.due) from unnest(wanted) w
    cross join lateral (
      select due from "foldlog".handler_documents
      where generation = target and partition = w and due > moment order by due limit 1
    ) d
  ) end, moment)::text;
  if cardinality(ready) = 0 then return; end if;
  return query
    select "foldlog".document_text(d) from unnest(wanted) w
    cross join lateral (
      select * from "foldlog".handler_documents
      where generation = target and partition = w and due <= moment order by due, key limit count
    ) d
    order by d.due, d.key limit count;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (42, 'due_documents', 'fbf57abd7523b2c75dff8c4a53772228');
  elsif known <> 'fbf57abd7523b2c75dff8c4a53772228' then
    raise exception using errcode = 'FL010', message = 'migration 42 (due_documents) was applied in another form than this version has it';
  end if;

  -- 0043 wish_document
  select checksum into known from "foldlog".migrations where number = 43;
  if known is null then
    execute $sql$
-- Puts a wish on a document, which makes it due: whether there is such a document.
create function "foldlog".wish_document(handler_name text, in_number int, in_kind text, in_key text, in_wish text) returns text language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  perform "foldlog".require_read_committed();
  update "foldlog".handler_documents d set wish = in_wish, due = "foldlog".clock_ms()
  where d.generation = "foldlog".generation_id(handler_name, in_number) and d.kind = in_kind and d.key = in_key;
  return found::text;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (43, 'wish_document', 'c3679da6483f6b61440420ed13cf5c45');
  elsif known <> 'c3679da6483f6b61440420ed13cf5c45' then
    raise exception using errcode = 'FL010', message = 'migration 43 (wish_document) was applied in another form than this version has it';
  end if;

  -- 0044 handler_checkpoints
  select checksum into known from "foldlog".migrations where number = 44;
  if known is null then
    execute $sql$
-- The checkpoints of the serving generations of handlers: [history, [[name, position], ...]]; an unknown handler is
-- left out. An inline projection has everything that is settled.
--
-- The history is read after the horizon, by a statement of its own: what is settled now is also in every history that
-- begins later. The horizon may be newer than the snapshot of the statement that reads it, so one snapshot for both
-- could return a history together with a position that it does not have.
create function "foldlog".handler_checkpoints(names jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $body$
declare
  positions json;
begin
  select coalesce(json_agg(json_build_array(n.name, p.position)), '[]') into positions
  from (select distinct value as name from jsonb_array_elements_text(names)) n
  cross join lateral (
    select greatest(min(position), (
      select "foldlog".horizon() from "foldlog".inline_projections i join "foldlog".handlers h on h.id = i.handler
      where h.name = n.name and i.generation = h.serving
    )) as position
    from "foldlog".handler_partitions where generation = "foldlog".generation_id(n.name, null)
  ) p
  where p.position is not null;
  return json_build_array((select s.history from "foldlog".log_state s), positions)::text;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (44, 'handler_checkpoints', '5a469082953eb254af60e9b91c5b2d76');
  elsif known <> '5a469082953eb254af60e9b91c5b2d76' then
    raise exception using errcode = 'FL010', message = 'migration 44 (handler_checkpoints) was applied in another form than this version has it';
  end if;

  -- 0045 handler_status
  select checksum into known from "foldlog".migrations where number = 45;
  if known is null then
    execute $sql$
-- All handlers, by name and generation: [[name, generation, role, [partition, ...], [member, ...], parked, timers,
-- commands, [stop, ...]], ...]
-- partition: [partition, position, epoch, holder, until, waiting since, revision]; holder, until and waiting since are
--            null when there is none
-- member:    [member, until, report]
-- stop:      [partition, data, wish]
-- Times are in milliseconds since 1970.
create function "foldlog".handler_status() returns text language sql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $body$
  select coalesce(json_agg(json_build_array(
    h.name, g.number, "foldlog".generation_role(h, g),
    (
      select coalesce(json_agg(json_build_array(
        p.partition, greatest(p.position, inline.position), p.epoch, m.member, floor(extract(epoch from "foldlog".lease_end(m)) * 1000)::bigint,
        (
          select (extract(epoch from e.recorded_at) * 1000)::bigint
          from "foldlog".events e
          where inline.position is null and "foldlog".generation_role(h, g) not in ('previous', 'outdated') and e.position > p.position
          order by e.position limit 1
        ),
        p.revision
      ) order by p.partition), '[]')
      from "foldlog".handler_partitions p
      left join "foldlog".handler_members m on m.generation = p.generation and m.member = p.holder and "foldlog".lease_end(m) > clock_timestamp()
      where p.generation = g.id
    ),
    (
      select coalesce(json_agg(json_build_array(m.member, floor(extract(epoch from "foldlog".lease_end(m)) * 1000)::bigint, m.report) order by m.member), '[]')
      from "foldlog".handler_members m where m.generation = g.id and "foldlog".lease_end(m) > clock_timestamp() and not m.leaving
    ),
    (
      -- An event that stands in several partitions, or lanes, is one: known by its position.
      select count(distinct coalesce(d.data ->> 'position', 'at ' || d.key))
      from "foldlog".handler_documents d where d.generation = g.id and d.kind = 'parked' and d.kind <> 'view'
    ),
    (select count(*) from "foldlog".handler_documents d where d.generation = g.id and d.kind = 'timer' and d.kind <> 'view'),
    (select count(*) from "foldlog".handler_documents d where d.generation = g.id and d.kind = 'command' and d.kind <> 'view'),
    (
      select coalesce(json_agg(json_build_array(d.partition, d.data, d.wish) order by d.key), '[]')
      from "foldlog".handler_documents d where d.generation = g.id and d.kind = 'stop' and d.kind <> 'view'
    )
  ) order by h.name, g.number), '[]')::text
  from "foldlog".handlers h join "foldlog".handler_generations g on g.handler = h.id and g.number is not null
  left join lateral (
    select "foldlog".horizon() as position from "foldlog".inline_projections i where i.handler = h.id and i.generation = g.number
  ) inline on true
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (45, 'handler_status', '3f265d48e3806b863daaa3ca147dfa80');
  elsif known <> '3f265d48e3806b863daaa3ca147dfa80' then
    raise exception using errcode = 'FL010', message = 'migration 45 (handler_status) was applied in another form than this version has it';
  end if;

  -- 0046 handler_generations
  select checksum into known from "foldlog".migrations where number = 46;
  if known is null then
    execute $sql$
-- Every process that runs handlers asks this at each heartbeat:
-- [[name, generation, role, partitions, position, [stop, ...], set backs], ...], by name and generation.
-- stop: [partition, data, wish]
-- Nothing is counted, and no event is looked at: documents that wait cost nothing, however many they are.
create function "foldlog".handler_generations() returns text language sql stable
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $body$
  select coalesce(json_agg(json_build_array(
    h.name, g.number, "foldlog".generation_role(h, g), p.partitions, greatest(p.position, inline.position),
    (
      select coalesce(json_agg(json_build_array(d.partition, d.data, d.wish) order by d.key), '[]')
      from "foldlog".handler_documents d where d.generation = g.id and d.kind = 'stop' and d.kind <> 'view'
    ),
    g.set_backs
  ) order by h.name, g.number), '[]')::text
  from "foldlog".handlers h join "foldlog".handler_generations g on g.handler = h.id and g.number is not null
  cross join lateral (
    select count(*) as partitions, min(position) as position from "foldlog".handler_partitions where generation = g.id
  ) p
  left join lateral (
    select "foldlog".horizon() as position from "foldlog".inline_projections i where i.handler = h.id and i.generation = g.number
  ) inline on true
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (46, 'handler_generations', '52f47cf24de0cd130828c0190b327bf5');
  elsif known <> '52f47cf24de0cd130828c0190b327bf5' then
    raise exception using errcode = 'FL010', message = 'migration 46 (handler_generations) was applied in another form than this version has it';
  end if;

  -- 0047 handlers_boundary
  select checksum into known from "foldlog".migrations where number = 47;
  if known is null then
    execute $sql$
-- Clients call these functions and touch no table: so whoever runs handlers can neither change a document without the lease of its partition nor write
-- past the revision. They run as their owner, and must therefore find nothing by way of the caller's search path.
alter function "foldlog".register_handler(text, int, int, bigint) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".promote_handler(text, int) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".retire_handler(text, int) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".remove_retired(int) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".heartbeat(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".release_leases(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".commit_handlers(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".get_documents(text, int, text, jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".list_documents(text, int, text, jsonb, jsonb, text, text, text, int) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".due_documents(text, int, jsonb, int) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".wish_document(text, int, text, text, text) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".handler_checkpoints(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".handler_status() security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".handler_generations() security definer set search_path = pg_catalog, pg_temp;

-- Everybody may execute a new function. These wait for a grant, the others are for these alone.
revoke execute on function
  "foldlog".register_handler(text, int, int, bigint), "foldlog".promote_handler(text, int), "foldlog".retire_handler(text, int), "foldlog".remove_retired(int),
  "foldlog".heartbeat(jsonb), "foldlog".release_leases(jsonb), "foldlog".commit_handlers(jsonb), "foldlog".get_documents(text, int, text, jsonb),
  "foldlog".list_documents(text, int, text, jsonb, jsonb, text, text, text, int), "foldlog".due_documents(text, int, jsonb, int),
  "foldlog".wish_document(text, int, text, text, text), "foldlog".handler_checkpoints(jsonb), "foldlog".handler_status(),
  "foldlog".handler_generations(),
  "foldlog".locked_handler(text), "foldlog".generation_id(text, int), "foldlog".clock_ms(), "foldlog".beats(jsonb), "foldlog".standing(bigint, text, int),
  "foldlog".lease_end("foldlog".handler_members),
  "foldlog".document_text("foldlog".handler_documents)
from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (47, 'handlers_boundary', '3efe0f17d7a601458a954f7cc3be09f4');
  elsif known <> '3efe0f17d7a601458a954f7cc3be09f4' then
    raise exception using errcode = 'FL010', message = 'migration 47 (handlers_boundary) was applied in another form than this version has it';
  end if;

  -- 0048 lock_views
  select checksum into known from "foldlog".migrations where number = 48;
  if known is null then
    execute $sql$
-- Locks the views that appends bring, and says of each append whether they are as they were read. See "foldlog".append, and "foldlog".write_views.
--
-- views: [[[name, generation, [change, ...], history], ...] or null, ...]  one for each append of the batch; `history`
--        is the one in which the changed views were read, or null: positions of another history say nothing about the
--        views that are here
-- change: [key, basis, partition, data], or [key, basis, partition] for a view that is removed
--
-- `basis` is the position of the view that the change was made from, null for none. No position is written to a view twice, so a view with that position is
-- the one that was read; and "none" is the same whenever it is.
--
-- No lost update, and the order of the log: a view that is not there is made, empty, so that there is a row to lock. Whoever holds the lock draws
-- its positions after that, and keeps it until it commits. So of two appends that change one view, the one that has it first has the lower positions, and
-- the other finds a basis that is gone, or has read what the first has written.
--
-- No deadlock: views are locked in sorted order, after all streams, and nothing is waited for behind them. Nobody else locks a view of a projection that is open.
create function "foldlog".lock_views(batch jsonb, views jsonb) returns boolean[] language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  fresh boolean[]; places int[]; generations bigint[]; keys text[]; bases bigint[];
  found jsonb;
  history constant uuid := (select s.history from "foldlog".log_state s);
begin
  if exists (
    select from "foldlog".inline_projections i, jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p
    where i.paused_until > clock_timestamp() and p.value ->> 1 = any (i.paused)
  ) then
    raise exception using errcode = '55P03', message = 'appends wait until an inline projection has caught up';
  end if;

  select array_agg(
    not exists (
      select from "foldlog".inline_projections i
      where i.generation is not null
        and exists (select from jsonb_array_elements(a.value) p where p.value ->> 1 = any (i.categories))
        and not exists (
          select from jsonb_array_elements(nullif(views -> (a.place - 1)::int, 'null')) v
          join "foldlog".handlers h on h.name = v.value ->> 0
          where h.id = i.handler and (v.value ->> 1)::int = i.generation
        )
    ) and not exists (
      select from jsonb_array_elements(nullif(views -> (a.place - 1)::int, 'null')) v
      where not exists (
        select from "foldlog".handlers h join "foldlog".inline_projections i on i.handler = h.id
        where h.name = v.value ->> 0 and i.generation = (v.value ->> 1)::int
      ) or (v.value ->> 3)::uuid <> history
    )
    order by a.place
  )
  into fresh
  from jsonb_array_elements(batch) with ordinality a (value, place);

  if exists (select from unnest(fresh) with ordinality f (fits, place) where not f.fits and coalesce(views -> (f.place - 1)::int, 'null') = 'null') then
    raise exception using
      errcode = 'FL005',
      message = 'an inline projection is open for this category, and the append brings no views for it',
      hint = 'Append through the inline projections of this application, or end those that are no longer wanted.';
  end if;

  select array_agg(u.place), array_agg("foldlog".generation_id(v.value ->> 0, (v.value ->> 1)::int)), array_agg(c.value ->> 0), array_agg((c.value ->> 1)::bigint)
  into places, generations, keys, bases
  from jsonb_array_elements(views) with ordinality u (value, place)
  cross join jsonb_array_elements(nullif(u.value, 'null')) v
  cross join jsonb_array_elements(v.value -> 2) c
  where fresh[u.place];

  if places is null then return fresh; end if;

  insert into "foldlog".handler_documents (generation, kind, key, partition, position, data)
  select distinct w.generation, 'view', w.key collate "C", 0, -1, 'null'::jsonb
  from unnest(generations, keys) w (generation, key)
  where not exists (
    select from "foldlog".handler_documents d where d.generation = w.generation and d.kind = 'view' and d.key = w.key
  )
  order by 1, 3
  on conflict do nothing;

  select jsonb_object_agg(d.generation || ' ' || d.key, d.position) into found
  from (
    select * from "foldlog".handler_documents
    where kind = 'view' and (generation, key) in (select distinct w.generation, w.key from unnest(generations, keys) w (generation, key))
    order by generation, key
    for no key update
  ) d;

  return (
    select array_agg(fresh[n.place] and coalesce(own.fits, true) order by n.place)
    from generate_series(1, cardinality(fresh)) n (place)
    left join (
      -- Of two appends of one batch the second has not read what the first is about to write. And a view that was removed while it was waited for is not
      -- locked, so nothing may be made of it.
      select w.place, bool_and(w.nth = 1 and w.position is not null and w.basis is not distinct from nullif(w.position, -1)) as fits
      from (
        select
          w.place, w.basis, row_number() over (partition by w.generation, w.key order by w.place) as nth,
          (found ->> (w.generation || ' ' || w.key))::bigint as position
        from unnest(places, generations, keys, bases) w (place, generation, key, basis)
      ) w
      group by w.place
    ) own on own.place = n.place
  );
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (48, 'lock_views', '9697374f646812e500c9006849ada747');
  elsif known <> '9697374f646812e500c9006849ada747' then
    raise exception using errcode = 'FL010', message = 'migration 48 (lock_views) was applied in another form than this version has it';
  end if;

  -- 0049 write_views
  select checksum into known from "foldlog".migrations where number = 49;
  if known is null then
    execute $sql$
-- Writes the views of appends that were stored, under the locks of "foldlog".lock_views. `positions` has the last position of each append of the batch, null for
-- those that were not stored. What was made only to be locked goes.
create function "foldlog".write_views(views jsonb, positions bigint[]) returns void language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  at bigint[]; generations bigint[]; keys text[]; partitions int[]; contents jsonb[];
begin
  select
    array_agg(positions[u.place]), array_agg("foldlog".generation_id(v.value ->> 0, (v.value ->> 1)::int)), array_agg(c.value ->> 0),
    array_agg((c.value ->> 2)::int), array_agg(c.value -> 3)
  into at, generations, keys, partitions, contents
  from jsonb_array_elements(views) with ordinality u (value, place)
  cross join jsonb_array_elements(nullif(u.value, 'null')) v
  cross join jsonb_array_elements(v.value -> 2) c;

  -- Of the appends of a batch that were stored no two change one view.
  update "foldlog".handler_documents d set data = w.data, position = w.position, partition = w.partition, due = null, wish = null
  from unnest(at, generations, keys, partitions, contents) w (position, generation, key, partition, data)
  where w.position is not null and w.data is not null and d.generation = w.generation and d.kind = 'view' and d.key = w.key;

  -- What was removed; and then what was made only to be locked, and of which nothing was made.
  delete from "foldlog".handler_documents d
  using unnest(at, generations, keys, contents) w (position, generation, key, data)
  where (w.position is null or w.data is null) and d.generation = w.generation and d.kind = 'view' and d.key = w.key
    and (w.position is not null or d.position = -1);
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (49, 'write_views', '2a697adcc44c8b7dd40d42aa33f260ff');
  elsif known <> '2a697adcc44c8b7dd40d42aa33f260ff' then
    raise exception using errcode = 'FL010', message = 'migration 49 (write_views) was applied in another form than this version has it';
  end if;

  -- 0050 open_inline
  select checksum into known from "foldlog".migrations where number = 50;
  if known is null then
    execute $sql$
-- Opens a generation for appends: from now on appends to its categories bring its views, and it serves. "true" when it
-- is open, "false" when it has not caught up or has parked events, "older" when it neither serves nor is going to
-- serve, "rollback" when a rollback has precedence, "null" when there is no such generation.
--
-- No event is missed or folded twice: while the table is locked no append is under way, so all events are visible, and
-- none of these categories is behind the checkpoint of the generation. What comes later sees that it is open. A member
-- of the store's own, which never dies, holds its partitions. So no worker folds an event again that came with its
-- views, and an earlier holder has an old epoch.
--
-- Why no append is under way, and why reads go on. The first statement of each append reads "foldlog".log_state, and
-- takes the table lock ROW SHARE, which it keeps until its transaction ends. `for key share where false` takes that
-- lock: the server takes the locks of a statement before its snapshot, whatever rows the statement finds. No row is
-- found, so no row is written. EXCLUSIVE, which this function takes, conflicts with ROW SHARE. So an append that has
-- read the old state is waited for, and an append that comes later reads the state when this transaction has ended. A
-- read takes ACCESS SHARE, with which EXCLUSIVE does not conflict: it sees the rows that were there before. Heartbeats
-- and commits of handlers only read the table too. What they share with this function they find by locks of rows.
--
-- The generation that served is frozen and kept for a rollback. When it was open too, everything up to the last event
-- of its categories is in its views, because no append is under way. After a rollback it goes on behind that event.
--
-- Waits two seconds at most for the appends under way, because later appends wait behind it.
create function "foldlog".open_inline(handler_name text, in_number int, in_categories jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set lock_timeout = '2s'
as $body$
declare
  known "foldlog".handlers;
  target "foldlog".handler_generations;
  ended "foldlog".inline_projections;
  role text;
  wanted text[] := array(select jsonb_array_elements_text(in_categories));
  done bigint;
begin
  perform "foldlog".require_read_committed();
  lock table "foldlog".log_state, "foldlog".inline_projections in exclusive mode;
  select * into known from "foldlog".handlers h where h.name = handler_name for no key update;
  select * into target from "foldlog".handler_generations g where g.handler = known.id and g.number = in_number;
  if target.id is null then return 'null'; end if;
  if exists (select from "foldlog".inline_projections i where i.handler = known.id and i.generation = in_number) then return 'true'; end if;
  role := "foldlog".generation_role(known, target);
  if role in ('previous', 'outdated') then return 'older'; end if;
  if role = 'building' and known.rolls_back then return 'rollback'; end if;

  -- In the order of a heartbeat: generations, members, partitions. While these rows are locked no heartbeat takes a
  -- partition.
  perform from "foldlog".handler_generations g where g.handler = known.id and g.number in (known.serving, in_number) order by g.id for no key update;
  perform from "foldlog".handler_partitions p
  where p.generation in (target.id, "foldlog".generation_id(handler_name, known.serving)) order by p.generation, p.partition for update;
  select min(p.position) into done from "foldlog".handler_partitions p where p.generation = target.id;
  if exists (select from unnest(wanted) c where exists (select from "foldlog".events e where e.category = c and e.position > done))
    or exists (select from "foldlog".handler_documents d where d.generation = target.id and d.kind = 'parked' and d.kind <> 'view')
  then
    return 'false';
  end if;

  select * into ended from "foldlog".inline_projections i where i.handler = known.id and i.generation is not null;
  perform "foldlog".close_inline(ended);
  known := "foldlog".swap_generations(known, in_number);
  insert into "foldlog".handler_members (generation, member, until, leaving, report)
  values (target.id, 'appends', timestamptz '9999-12-31 00:00:00+00', true, 'null')
  on conflict do nothing;
  update "foldlog".handler_partitions p set holder = 'appends', epoch = "foldlog".next_epoch(p.epoch) where p.generation = target.id;
  insert into "foldlog".inline_projections as i (handler, generation, categories) values (known.id, in_number, wanted)
  on conflict (handler) do update set generation = excluded.generation, categories = excluded.categories, paused = '{}', paused_until = null;
  return 'true';
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (50, 'open_inline', '19702c6731150111c8f09e09c9422e1e');
  elsif known <> '19702c6731150111c8f09e09c9422e1e' then
    raise exception using errcode = 'FL010', message = 'migration 50 (open_inline) was applied in another form than this version has it';
  end if;

  -- 0051 pause_appends
  select checksum into known from "foldlog".migrations where number = 51;
  if known is null then
    execute $sql$
-- Has appends to these categories wait, for so many milliseconds at most, so that a generation that is to be opened can catch up: true; false for a handler that
-- is not known. None is under way when this returns; see "foldlog".open_inline.
create function "foldlog".pause_appends(handler_name text, in_categories jsonb, milliseconds int) returns text language plpgsql volatile
set lock_timeout = '2s'
as $body$
declare
  known bigint;
begin
  perform "foldlog".require_read_committed();
  lock table "foldlog".log_state, "foldlog".inline_projections in exclusive mode;
  select h.id into known from "foldlog".handlers h where h.name = handler_name;
  if known is null then return 'false'; end if;
  insert into "foldlog".inline_projections as i (handler, paused, paused_until)
  select known, array(select jsonb_array_elements_text(in_categories)), clock_timestamp() + milliseconds * interval '1 millisecond'
  on conflict (handler) do update set paused = excluded.paused, paused_until = excluded.paused_until;
  return 'true';
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (51, 'pause_appends', '43e4f0ef7600490a8e2f1424da262406');
  elsif known <> '43e4f0ef7600490a8e2f1424da262406' then
    raise exception using errcode = 'FL010', message = 'migration 51 (pause_appends) was applied in another form than this version has it';
  end if;

  -- 0052 end_inline
  select checksum into known from "foldlog".migrations where number = 52;
  if known is null then
    execute $sql$
-- Moves the checkpoint of an open generation behind the last event of its categories, and releases its partitions; does
-- nothing for null. The caller has locked the table of inline projections: no append is under way, so every event up to
-- the checkpoint is in the views.
create function "foldlog".close_inline(ended "foldlog".inline_projections) returns void language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $body$
declare
  target bigint;
  done bigint;
begin
  select g.id into target from "foldlog".handler_generations g where g.handler = ended.handler and g.number = ended.generation;
  select max(last.position) into done
  from unnest(ended.categories) c
  cross join lateral (select max(e.position) as position from "foldlog".events e where e.category = c) last;
  delete from "foldlog".handler_members m where m.generation = target and m.member = 'appends';
  update "foldlog".handler_partitions p
  set holder = null, epoch = "foldlog".next_epoch(p.epoch), position = greatest(p.position, done),
    (anchor_position, anchor_id) = (select a.anchor_position, a.anchor_id from "foldlog".anchor_at(greatest(p.position, done)) a)
  where p.generation = target;
end
$body$;

-- Ends an inline projection: appends no longer bring views for it, and workers may continue it from there. True when it
-- was open.
create function "foldlog".end_inline(handler_name text) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set lock_timeout = '2s'
as $body$
declare
  ended "foldlog".inline_projections;
begin
  perform "foldlog".require_read_committed();
  lock table "foldlog".log_state, "foldlog".inline_projections in exclusive mode;
  delete from "foldlog".inline_projections i using "foldlog".handlers h where h.id = i.handler and h.name = handler_name returning i.* into ended;
  if ended.generation is null then return 'false'; end if;
  perform "foldlog".close_inline(ended);
  return 'true';
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (52, 'end_inline', '9f7a95413c062a7375075874fbaa89d2');
  elsif known <> '9f7a95413c062a7375075874fbaa89d2' then
    raise exception using errcode = 'FL010', message = 'migration 52 (end_inline) was applied in another form than this version has it';
  end if;

  -- 0053 list_inline
  select checksum into known from "foldlog".migrations where number = 53;
  if known is null then
    execute $sql$
-- The inline projections that are open: [[name, generation, partitions, [category, ...]], ...].
create function "foldlog".list_inline() returns text language sql stable as $body$
  select coalesce(json_agg(json_build_array(
    h.name, i.generation,
    (select count(*) from "foldlog".handler_partitions p where p.generation = "foldlog".generation_id(h.name, i.generation)),
    i.categories
  ) order by h.name), '[]')::text
  from "foldlog".inline_projections i join "foldlog".handlers h on h.id = i.handler
  where i.generation is not null
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (53, 'list_inline', 'c1d35aeb7164ad93f39ded6d675ffea3');
  elsif known <> 'c1d35aeb7164ad93f39ded6d675ffea3' then
    raise exception using errcode = 'FL010', message = 'migration 53 (list_inline) was applied in another form than this version has it';
  end if;

  -- 0054 inline_boundary
  select checksum into known from "foldlog".migrations where number = 54;
  if known is null then
    execute $sql$
-- As in the boundary of handlers: clients call these functions and touch no table.
alter function "foldlog".open_inline(text, int, jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".pause_appends(text, jsonb, int) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".end_inline(text) security definer set search_path = pg_catalog, pg_temp;
alter function "foldlog".list_inline() security definer set search_path = pg_catalog, pg_temp;

revoke execute on function
  "foldlog".open_inline(text, int, jsonb), "foldlog".pause_appends(text, jsonb, int), "foldlog".end_inline(text), "foldlog".list_inline(),
  "foldlog".close_inline("foldlog".inline_projections),
  "foldlog".lock_views(jsonb, jsonb), "foldlog".write_views(jsonb, bigint[])
from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (54, 'inline_boundary', '268b71a71da6aa0978243e1f9e118427');
  elsif known <> '268b71a71da6aa0978243e1f9e118427' then
    raise exception using errcode = 'FL010', message = 'migration 54 (inline_boundary) was applied in another form than this version has it';
  end if;

  -- 0055 read_streams
  select checksum into known from "foldlog".migrations where number = 55;
  if known is null then
    execute $sql$
-- What reads that come together are answered: for each, in their order, the row that "foldlog".read_stream gives for the first hundred of its events. Or null, when
-- those before it have 16 million characters: then it is asked for alone.
-- `stable`: all statements see the snapshot of the call.
create function "foldlog".read_streams(streams text[], firsts bigint[], counts int[]) returns setof text language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  stream text; first bigint; count int;
  page text; size bigint := 0;
  history constant uuid := (select l.history from "foldlog".log_state l);
begin
  for stream, first, count in select * from unnest(streams, firsts, counts) loop
    page := null;
    if size < 16000000 then
      select row into page from "foldlog".read_stream(stream, first, least(count, 100), false, history) as answer (row);
      size := size + octet_length(page);
    end if;
    return next page;
  end loop;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (55, 'read_streams', '28ca8846f78d2cf6dec2bf39d1606abe');
  elsif known <> '28ca8846f78d2cf6dec2bf39d1606abe' then
    raise exception using errcode = 'FL010', message = 'migration 55 (read_streams) was applied in another form than this version has it';
  end if;

  -- 0056 gathered_boundary
  select checksum into known from "foldlog".migrations where number = 56;
  if known is null then
    execute $sql$
-- As in the other boundaries: a function that clients call, and that touches what they may not.
alter function "foldlog".read_streams(text[], bigint[], int[]) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function "foldlog".read_streams(text[], bigint[], int[]) from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (56, 'gathered_boundary', '56aec78449d288e78c6dbfaa9e1cc097');
  elsif known <> '56aec78449d288e78c6dbfaa9e1cc097' then
    raise exception using errcode = 'FL010', message = 'migration 56 (gathered_boundary) was applied in another form than this version has it';
  end if;

  -- 0057 log_histories
  select checksum into known from "foldlog".migrations where number = 57;
  if known is null then
    execute $sql$
-- The histories of the log, oldest first; see docs/log-history.md. A log that may have gone back continues in a new
-- history, which shares every event up to `begins` with the histories before it.
create table "foldlog".log_histories (
  number   integer primary key,
  id       uuid not null unique,
  begins   bigint not null,
  began_at timestamptz not null default clock_timestamp()
);

create trigger protect before delete or truncate on "foldlog".log_histories
  for each statement execute function "foldlog".protect('the histories of a log are never removed');

-- The id of the current history, for as long as the server does not recover: Postgres empties unlogged tables when it
-- recovers after a crash, and at no other time. (The time of a reset of statistics would not do: it changes also when a
-- person resets them. An unlogged sequence would not do: Postgres 18.4 cannot read it on a promoted standby.)
create unlogged table "foldlog".recovery_mark (
  history uuid not null
);

create trigger protect before delete or truncate on "foldlog".recovery_mark
  for each statement execute function "foldlog".protect('only a recovery of the server removes the mark');

-- The one row that every append reads first.
--
-- `server_started`, `file` and `made_by` say where the row was written: by a server that started at this time, in that
-- file of that database, in that transaction. "foldlog".recovery_mark says that the server has not recovered since. At
-- least one of these differs when the row is read anywhere else:
--
-- - A server that was restarted or promoted, or that runs on a copy of the files, started at another time.
-- - When one process of a server dies, the server recovers as after a crash, without a restart. It loses the mark.
-- - A database that was made with another one as its template has its files under another number.
-- - A row that was restored from a dump, or copied, was written by another transaction.
--
-- `inline` has the categories for which appends bring views or wait; see "foldlog".inline_projections. The row has the
-- sequences, so that no append has to look for them.
create table "foldlog".log_state (
  history        uuid not null,
  server_started timestamptz not null,
  file           text collate "C" not null,
  made_by        xid not null,
  positions      regclass not null,
  stream_ids     regclass not null,
  inline         text[] collate "C" not null default '{}'
) with (fillfactor = 50);

create unique index log_state_single on "foldlog".log_state ((true));

create trigger protect before delete or truncate on "foldlog".log_state
  for each statement execute function "foldlog".protect('a log has one state');

-- The state, and whether its history goes on (`lives`): then this server wrote the row, and has neither been restarted
-- nor recovered since.
create view "foldlog".living_state as
  select history, positions, stream_ids, inline,
    server_started = pg_postmaster_start_time() and made_by = s.xmin and file = pg_relation_filepath(s.tableoid)
      and exists (select from "foldlog".recovery_mark m where m.history = s.history) as lives
  from "foldlog".log_state s;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (57, 'log_histories', 'de89acc8238c7783a05301c80f79e74b');
  elsif known <> 'de89acc8238c7783a05301c80f79e74b' then
    raise exception using errcode = 'FL010', message = 'migration 57 (log_histories) was applied in another form than this version has it';
  end if;

  -- 0058 begin_history
  select checksum into known from "foldlog".migrations where number = 58;
  if known is null then
    execute $sql$
-- Begins a new history, unless the current one lives, and returns the current one. A new history shares with the others
-- all that is stored now.
--
-- Each append makes sure that the current history lives before it does anything else. So when the first append after a
-- restart begins, no append of this server has drawn a position yet, and what is stored is what the server was
-- restarted with. When two appends begin at once, the second waits for the first to end, and then finds that the
-- history lives.
create function "foldlog".begin_history() returns uuid language plpgsql volatile as $body$
declare
  current uuid;
begin
  lock table "foldlog".log_histories in share row exclusive mode;
  select s.history into current from "foldlog".living_state s where s.lives;
  if current is not null then return current; end if;

  insert into "foldlog".log_histories (number, id, begins)
  select coalesce(max(h.number), 0) + 1, gen_random_uuid(), coalesce((select max(e.position) from "foldlog".events e), 0) from "foldlog".log_histories h
  returning id into current;

  insert into "foldlog".log_state as s (history, server_started, file, made_by, positions, stream_ids)
  select current, pg_postmaster_start_time(), '', '0', p.tableoid, i.tableoid
  from "foldlog".positions p, "foldlog".streams_id_seq i
  on conflict ((true)) do update
    set history = excluded.history, server_started = excluded.server_started, positions = excluded.positions, stream_ids = excluded.stream_ids;
  update "foldlog".recovery_mark set history = current;
  if not found then insert into "foldlog".recovery_mark (history) values (current); end if;
  perform "foldlog".sign_state();
  return current;
end
$body$;

-- Stores where the state was written, after it was written: no function returns the transaction number of a savepoint,
-- but the row has it.
create function "foldlog".sign_state() returns void language sql volatile as $body$
  update "foldlog".log_state set made_by = xmin, file = pg_relation_filepath(tableoid)
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (58, 'begin_history', 'd1bd20872b739d3e4dfab94011db7869');
  elsif known <> 'd1bd20872b739d3e4dfab94011db7869' then
    raise exception using errcode = 'FL010', message = 'migration 58 (begin_history) was applied in another form than this version has it';
  end if;

  -- 0059 is_place
  select checksum into known from "foldlog".migrations where number = 59;
  if known is null then
    execute $sql$
-- The last position that the log shares with a history; null for a history that the log does not know. Without a
-- history it is the end of the log.
create function "foldlog".shared_with(of_history uuid) returns bigint language sql stable as $body$
  select case when of_history is null then stored.last else (
    select least(stored.last, (select min(later.begins) from "foldlog".log_histories later where later.number > h.number))
    from "foldlog".log_histories h where h.id = of_history
  ) end
  from (select coalesce((select max(e.position) from "foldlog".events e), 0) as last) stored
$body$;

-- Whether a remembered place (a position, and the history in which it was read, or null) is a place of this log. The
-- beginning of a log is the same in all histories.
--
-- Proof. Let (p, h) be remembered: p was settled when it was read in h. When h is current, no later history has begun.
-- Then the log has only grown since, or it went back and nothing was appended afterwards; in that case it ends before
-- p. When a later history begins at b, all that was stored at that moment was at or before b. If p <= b for every later
-- history, p was never cut off. If b < p for one of them, what was read at p was not stored when that history began.
create function "foldlog".is_place(at_position bigint, in_history uuid) returns boolean language sql stable as $body$
  select at_position = 0 or coalesce(at_position <= "foldlog".shared_with(in_history), false)
$body$;

-- The last position up to which the log certainly has everything that a history had. An event before the end of what is shared may be gone all the same: its transaction was open
-- at the moment to which the log went back. Its position was drawn, and is not drawn again, so it is a gap now. Not every gap is such a one; this ends before
-- the first of the last 1,000 positions.
create function "foldlog".common_with(of_history uuid) returns bigint language sql stable as $body$
  select coalesce(
    (
      select e.before
      from (
        select e.position, lag(e.position, 1, greatest(shared - 1000, 0)) over (order by e.position) as before
        from "foldlog".events e where e.position > shared - 1000 and e.position <= shared
      ) e
      where e.position > e.before + 1 order by e.position limit 1
    ),
    shared
  )
  from "foldlog".shared_with(of_history) shared
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (59, 'is_place', '038d133c03489a36d64e0fcbe6fabd64');
  elsif known <> '038d133c03489a36d64e0fcbe6fabd64' then
    raise exception using errcode = 'FL010', message = 'migration 59 (is_place) was applied in another form than this version has it';
  end if;

  -- 0060 anchor_at
  select checksum into known from "foldlog".migrations where number = 60;
  if known is null then
    execute $sql$
-- The last event at or before a position.
create function "foldlog".anchor_at(at_position bigint) returns table (anchor_position bigint, anchor_id uuid) language sql stable as $body$
  select e.position, e.id from "foldlog".events e where e.position <= at_position order by e.position desc limit 1
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (60, 'anchor_at', '592013dde2b81e04c3b5008121b1591b');
  elsif known <> '592013dde2b81e04c3b5008121b1591b' then
    raise exception using errcode = 'FL010', message = 'migration 60 (anchor_at) was applied in another form than this version has it';
  end if;

  -- 0061 verify_place
  select checksum into known from "foldlog".migrations where number = 61;
  if known is null then
    execute $sql$
-- Whether a place is a place of the log: [true, current history, null]; or [false, current history, last shared
-- position], whose last value is null when the history is not known. `event_id` is the id of the event at the position,
-- or null. An event can be lost although later ones are there: its transaction was open at the moment to which the log
-- went back.
create function "foldlog".verify_place(at_position bigint, in_history uuid, event_id uuid) returns text language plpgsql stable
set enable_seqscan = off set jit = off
as $body$
declare
  fits boolean := "foldlog".is_place(at_position, in_history);
  shared bigint;
begin
  if not fits then
    shared := "foldlog".common_with(in_history);
  elsif event_id is not null and not exists (select from "foldlog".events e where e.position = at_position and e.id = event_id) then
    fits := false;
    shared := greatest(at_position - 1, 0);
  end if;
  return json_build_array(fits, (select s.history from "foldlog".log_state s), shared)::text;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (61, 'verify_place', '086bff9d84822618bd7238b080abfdc1');
  elsif known <> '086bff9d84822618bd7238b080abfdc1' then
    raise exception using errcode = 'FL010', message = 'migration 61 (verify_place) was applied in another form than this version has it';
  end if;

  -- 0062 inline_state
  select checksum into known from "foldlog".migrations where number = 62;
  if known is null then
    execute $sql$
-- Keeps the categories of inline projections in the state that every append reads.
create function "foldlog".keep_inline_state() returns trigger language plpgsql as $body$
declare
  signed constant boolean := (select s.lives from "foldlog".living_state s);
begin
  update "foldlog".log_state set inline = coalesce((
    select array_agg(distinct c.category) from "foldlog".inline_projections i, unnest(i.categories || i.paused) c (category)
  ), '{}');
  -- A state that another server wrote must not look like one of this server: the next append begins a new history.
  if signed then perform "foldlog".sign_state(); end if;
  return null;
end
$body$;

create trigger keep_state after insert or update or delete on "foldlog".inline_projections
  for each statement execute function "foldlog".keep_inline_state();
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (62, 'inline_state', 'debb01ec81c904817be3ded0885deb35');
  elsif known <> 'debb01ec81c904817be3ded0885deb35' then
    raise exception using errcode = 'FL010', message = 'migration 62 (inline_state) was applied in another form than this version has it';
  end if;

  -- 0063 histories_boundary
  select checksum into known from "foldlog".migrations where number = 63;
  if known is null then
    execute $sql$
-- The first history, and the boundary.
select "foldlog".begin_history();

alter function "foldlog".verify_place(bigint, uuid, uuid) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function
  "foldlog".begin_history(), "foldlog".sign_state(), "foldlog".shared_with(uuid), "foldlog".common_with(uuid), "foldlog".is_place(bigint, uuid), "foldlog".anchor_at(bigint),
  "foldlog".verify_place(bigint, uuid, uuid), "foldlog".keep_inline_state()
from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (63, 'histories_boundary', 'd066dc44f1dd63474fbf7153ed75c3e0');
  elsif known <> 'd066dc44f1dd63474fbf7153ed75c3e0' then
    raise exception using errcode = 'FL010', message = 'migration 63 (histories_boundary) was applied in another form than this version has it';
  end if;

  -- 0064 next_epoch
  select checksum into known from "foldlog".migrations where number = 64;
  if known is null then
    execute $sql$
-- The epoch that fences every lease with the one before.
--
-- Epochs go back with the log. A process may still work under a lease of the log that is gone, and its epoch would be given again; with an equal revision, its commit
-- would pass. So behind the first history, and from a restart until the next history begins, an epoch rises by a random number: no later lease gets one of those.
create function "foldlog".next_epoch(epoch bigint) returns bigint language sql volatile as $body$
  select epoch + 1 + case
    when (select s.lives from "foldlog".living_state s) and not exists (select from "foldlog".log_histories h where h.number > 1) then 0
    else floor(random() * 1e6)::bigint
  end
$body$;

revoke execute on function "foldlog".next_epoch(bigint) from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (64, 'next_epoch', 'ebf22ee4fdd5389ac881d31f7fd6b50c');
  elsif known <> 'ebf22ee4fdd5389ac881d31f7fd6b50c' then
    raise exception using errcode = 'FL010', message = 'migration 64 (next_epoch) was applied in another form than this version has it';
  end if;

  -- 0065 set_back_handler
  select checksum into known from "foldlog".migrations where number = 65;
  if known is null then
    execute $sql$
-- Sets generations of a handler back after the log went back. Returns the position of the furthest partition before; null
-- when there is no such handler; false, and changes nothing, when a partition is not as it is named.
--
-- read_partitions: [[generation, partition, epoch, revision], ...], all partitions of the generations that are set back.
--
-- The position was computed from these partitions. Every commit raises a revision, and this function raises every epoch.
-- So of two calls that were computed from the same partitions, the second changes nothing, whatever came between.
--
-- The partitions are locked in the order in which commits lock them: the function waits for a commit that is under way,
-- and then finds its revision. A later commit is fenced by its epoch.
create function "foldlog".set_back_handler(handler_name text, to_position bigint, read_partitions jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known "foldlog".handlers := "foldlog".locked_handler(handler_name);
  targets constant bigint[] := array(
    select g.id from "foldlog".handler_generations g
    where g.handler = known.id and g.number in (select (r.value ->> 0)::int from jsonb_array_elements(read_partitions) r)
    order by g.id
    for no key update
  );
  furthest bigint;
begin
  if known.id is null then return 'null'; end if;
  select max(p.position) into furthest from (
    select * from "foldlog".handler_partitions p where p.generation = any (targets) order by p.generation, p.partition for update
  ) p;
  if (select count(*) from "foldlog".handler_partitions p where p.generation = any (targets))
      <> (select count(distinct r.value) from jsonb_array_elements(read_partitions) r)
    or exists (
      select (r.value ->> 0)::int, (r.value ->> 1)::int, (r.value ->> 2)::bigint, (r.value ->> 3)::bigint
      from jsonb_array_elements(read_partitions) r
      except
      select g.number, p.partition, p.epoch, p.revision
      from "foldlog".handler_generations g join "foldlog".handler_partitions p on p.generation = g.id
      where g.id = any (targets)
    )
  then
    return 'false';
  end if;

  -- Documents were made from events behind the position when a checkpoint or a note is behind it.
  update "foldlog".handler_generations g set set_backs = g.set_backs + 1, spoiled = g.spoiled
    or exists (select from "foldlog".handler_partitions p where p.generation = g.id and p.position > to_position)
    or exists (
      select from "foldlog".handler_documents d
      where d.generation = g.id and d.kind = 'ahead' and d.kind <> 'view' and coalesce((d.data ->> 'doneTo')::bigint > to_position, true)
    )
  where g.id = any (targets);
  update "foldlog".handlers h set previous = null, rolls_back = false
  where h.id = known.id
    and exists (select from "foldlog".handler_generations g where g.handler = h.id and g.number = h.previous and g.spoiled);

  -- Not the leases that the store itself holds: those of a frozen generation, or of an inline projection.
  update "foldlog".handler_partitions p
  set epoch = "foldlog".next_epoch(p.epoch),
    holder = case when p.holder in ('kept', 'appends') then p.holder end
  where p.generation = any (targets);
  update "foldlog".handler_partitions p
  set position = to_position, (anchor_position, anchor_id) = (select a.anchor_position, a.anchor_id from "foldlog".anchor_at(to_position) a)
  where p.generation = any (targets) and p.position > to_position;

  -- A note of what is done beyond a checkpoint is true as long as all of that is at or before the position.
  delete from "foldlog".handler_documents d
  where d.generation = any (targets) and d.kind in ('stop', 'ahead', 'parked') and d.kind <> 'view'
    and (d.kind <> 'parked' or coalesce((d.data ->> 'position')::bigint, d.position) > to_position)
    and (d.kind <> 'ahead' or coalesce((d.data ->> 'doneTo')::bigint > to_position, true));
  return furthest::text;
end
$body$;

alter function "foldlog".set_back_handler(text, bigint, jsonb) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function "foldlog".set_back_handler(text, bigint, jsonb) from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (65, 'set_back_handler', '0540e79d28728c8bbc8491ca4d23d051');
  elsif known <> '0540e79d28728c8bbc8491ca4d23d051' then
    raise exception using errcode = 'FL010', message = 'migration 65 (set_back_handler) was applied in another form than this version has it';
  end if;

  -- 0066 sequences_behind
  select checksum into known from "foldlog".migrations where number = 66;
  if known is null then
    execute $sql$
-- The sequences that are behind the rows that they number: rows were copied without their sequences, or a sequence was
-- set back.
--
-- In a sound database it finds none, whatever is appended meanwhile: a number is drawn before its row is visible, the
-- rows are read before the sequences, and the last number drawn never decreases.
create function "foldlog".sequences_behind() returns table (sequence regclass, drawn bigint, highest bigint) language plpgsql volatile
set enable_seqscan = off set jit = off
as $body$
declare
  highs bigint[];
begin
  highs := array[
    (select max(position) from "foldlog".events), (select max(id) from "foldlog".streams),
    (select max(id) from "foldlog".handlers), (select max(id) from "foldlog".handler_generations)
  ];
  -- Not `last_value` where something was drawn: for a moment it may be too high, by up to 32, which `nextval` logs
  -- ahead.
  return query
    select s.series, s.last, s.high
    from (
      select p.tableoid::regclass as series, coalesce(pg_sequence_last_value(p.tableoid), p.last_value - 1) as last, highs[1] as high from "foldlog".positions p
      union all
      select p.tableoid, coalesce(pg_sequence_last_value(p.tableoid), p.last_value - 1), highs[2] from "foldlog".streams_id_seq p
      union all
      select p.tableoid, coalesce(pg_sequence_last_value(p.tableoid), p.last_value - 1), highs[3] from "foldlog".handlers_id_seq p
      union all
      select p.tableoid, coalesce(pg_sequence_last_value(p.tableoid), p.last_value - 1), highs[4] from "foldlog".handler_generations_id_seq p
    ) s
    where s.last < s.high;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (66, 'sequences_behind', '897fbc73fa5ceb9c4a9b311707ea4418');
  elsif known <> '897fbc73fa5ceb9c4a9b311707ea4418' then
    raise exception using errcode = 'FL010', message = 'migration 66 (sequences_behind) was applied in another form than this version has it';
  end if;

  -- 0067 check_sequences
  select checksum into known from "foldlog".migrations where number = 67;
  if known is null then
    execute $sql$
-- Fails when a sequence is behind the rows that it numbers. The next number drawn may be free then, in a gap, and
-- readers that have passed the gap would never see what is stored there.
create function "foldlog".check_sequences() returns void language plpgsql volatile as $body$
declare
  behind text;
begin
  select string_agg(format('%s is at %s, the highest number stored is %s', b.sequence, b.drawn, b.highest), '; ') into behind
  from "foldlog".sequences_behind() b;
  if behind is not null then
    raise exception using
      errcode = 'FL006',
      message = format(
        'sequences are behind their rows, which were copied without them, or a sequence was set back: %s. Nothing is stored until the owner of the schema runs: select %s.advance_sequences()',
        behind, (select c.relnamespace::regnamespace from "foldlog".positions p join pg_class c on c.oid = p.tableoid)
      );
  end if;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (67, 'check_sequences', '5a833cb117fb03f04aaab35d2d0db516');
  elsif known <> '5a833cb117fb03f04aaab35d2d0db516' then
    raise exception using errcode = 'FL010', message = 'migration 67 (check_sequences) was applied in another form than this version has it';
  end if;

  -- 0068 advance_sequences
  select checksum into known from "foldlog".migrations where number = 68;
  if known is null then
    execute $sql$
-- Sets each sequence that is behind to the highest number that is stored, and never sets one back. Returns a row for
-- each sequence that it moved. Only for the owner.
--
-- The locks wait for writers that are under way, and make later writers wait: every append changes `streams` before it
-- draws a position. Readers do not wait.
create function "foldlog".advance_sequences() returns table (sequence regclass, drawn bigint, highest bigint) language plpgsql volatile as $body$
begin
  lock table "foldlog".streams, "foldlog".events, "foldlog".handlers, "foldlog".handler_generations in share row exclusive mode;
  for sequence, drawn, highest in select b.sequence, b.drawn, b.highest from "foldlog".sequences_behind() b loop
    perform setval(sequence, highest);
    return next;
  end loop;
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (68, 'advance_sequences', '24d71244e62b0098b4198c327c3a92e2');
  elsif known <> '24d71244e62b0098b4198c327c3a92e2' then
    raise exception using errcode = 'FL010', message = 'migration 68 (advance_sequences) was applied in another form than this version has it';
  end if;

  -- 0069 sequences_boundary
  select checksum into known from "foldlog".migrations where number = 69;
  if known is null then
    execute $sql$
-- As in the other boundaries. An application calls "foldlog".check_sequences when it starts; see `migrationStatus`.
alter function "foldlog".check_sequences() security definer set search_path = pg_catalog, pg_temp;

revoke execute on function "foldlog".check_sequences(), "foldlog".sequences_behind(), "foldlog".advance_sequences() from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (69, 'sequences_boundary', '52ce18d62d412cf80d7821925e7f7940');
  elsif known <> '52ce18d62d412cf80d7821925e7f7940' then
    raise exception using errcode = 'FL010', message = 'migration 69 (sequences_boundary) was applied in another form than this version has it';
  end if;

  -- 0070 swap_generations
  select checksum into known from "foldlog".migrations where number = 70;
  if known is null then
    execute $sql$
-- Freezes a generation: fences the members that work on it, and ends its leases. A member of the store's own, which
-- never dies, holds its partitions. The caller has locked the row of the generation, as a heartbeat that takes
-- partitions does: so no heartbeat takes one meanwhile.
create function "foldlog".freeze_generation(target bigint) returns void language sql volatile as $body$
  insert into "foldlog".handler_members (generation, member, until, leaving, report)
  values (target, 'kept', timestamptz '9999-12-31 00:00:00+00', true, 'null')
  on conflict do nothing;
  update "foldlog".handler_partitions p set holder = 'kept', epoch = "foldlog".next_epoch(p.epoch) where p.generation = target;
$body$;

-- Lets members get leases of a frozen generation again. The caller has locked its row.
create function "foldlog".thaw_generation(target bigint) returns void language sql volatile as $body$
  delete from "foldlog".handler_members m where m.generation = target and m.member = 'kept';
  update "foldlog".handler_partitions p set holder = null where p.generation = target and p.holder = 'kept';
$body$;

-- Lets a generation serve. The generation that served is frozen, and becomes the previous one unless its documents were
-- made from lost events. The caller has locked the row of the handler, then the rows of both generations.
create function "foldlog".swap_generations(known "foldlog".handlers, in_number int) returns "foldlog".handlers language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  swapped "foldlog".handlers;
  kept constant int := (
    select g.number from "foldlog".handler_generations g where g.handler = known.id and g.number = known.serving and not g.spoiled
  );
begin
  if known.serving = in_number then return known; end if;
  perform "foldlog".freeze_generation(g.id) from "foldlog".handler_generations g where g.handler = known.id and g.number = known.serving;
  update "foldlog".handler_generations g set served = true where g.handler = known.id and g.number = in_number;
  update "foldlog".handlers h set serving = in_number, previous = kept, rolls_back = false where h.id = known.id returning * into swapped;
  return swapped;
end
$body$;

-- A handler and one of its generations, as clients read them: [partitions, serving, start, role, block].
create function "foldlog".registered_text(known "foldlog".handlers, in_number int, block text) returns text language sql stable as $body$
  select json_build_array(
    (select count(*) from "foldlog".handler_partitions p where p.generation = g.id),
    known.serving, known.start, "foldlog".generation_role(known, g), block
  )::text
  from "foldlog".handler_generations g where g.handler = known.id and g.number = in_number
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (70, 'swap_generations', 'f0d9d223da2c94cac34118776d4c506c');
  elsif known <> 'f0d9d223da2c94cac34118776d4c506c' then
    raise exception using errcode = 'FL010', message = 'migration 70 (swap_generations) was applied in another form than this version has it';
  end if;

  -- 0071 roll_back_handler
  select checksum into known from "foldlog".migrations where number = 71;
  if known is null then
    execute $sql$
-- Requests that the previous generation serves again, or cancels the request when the number is that of the serving
-- one: [partitions, serving, start, role, null]; null when there is no such generation, false when it is neither,
-- "spoiled" when its documents were made from lost events. A repeated call changes nothing.
--
-- The generation was frozen at an earlier position than the serving one has now, so it must catch up first. Then
-- "foldlog".promote_handler lets it serve.
create function "foldlog".roll_back_handler(handler_name text, in_number int) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known "foldlog".handlers := "foldlog".locked_handler(handler_name);
  former constant bigint := "foldlog".generation_id(handler_name, known.previous);
begin
  if not exists (select from "foldlog".handler_generations g where g.handler = known.id and g.number = in_number) then return 'null'; end if;
  if in_number <> known.serving and exists (
    select from "foldlog".handler_generations g where g.handler = known.id and g.number = in_number and g.spoiled
  ) then
    return '"spoiled"';
  end if;
  if in_number is distinct from known.previous and in_number <> known.serving then return 'false'; end if;
  if known.rolls_back <> (in_number <> known.serving) then
    perform from "foldlog".handler_generations g where g.id = former for no key update;
    if known.rolls_back then
      perform "foldlog".freeze_generation(former);
    else
      perform "foldlog".thaw_generation(former);
    end if;
    update "foldlog".handlers h set rolls_back = not h.rolls_back where h.id = known.id returning * into known;
  end if;
  return "foldlog".registered_text(known, in_number, null);
end
$body$;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (71, 'roll_back_handler', '3f9ef87f5de02fcee824fc8432a95f9a');
  elsif known <> '3f9ef87f5de02fcee824fc8432a95f9a' then
    raise exception using errcode = 'FL010', message = 'migration 71 (roll_back_handler) was applied in another form than this version has it';
  end if;

  -- 0072 generations_boundary
  select checksum into known from "foldlog".migrations where number = 72;
  if known is null then
    execute $sql$
-- As in the other boundaries: clients call this function and touch no table.
alter function "foldlog".roll_back_handler(text, int) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function
  "foldlog".roll_back_handler(text, int),
  "foldlog".freeze_generation(bigint), "foldlog".thaw_generation(bigint), "foldlog".swap_generations("foldlog".handlers, int),
  "foldlog".registered_text("foldlog".handlers, int, text), "foldlog".generation_role("foldlog".handlers, "foldlog".handler_generations)
from public;
$sql$;
    insert into "foldlog".migrations (number, name, checksum) values (72, 'generations_boundary', '69ab532cd87b94bf95339ad7a0b1f081');
  elsif known <> '69ab532cd87b94bf95339ad7a0b1f081' then
    raise exception using errcode = 'FL010', message = 'migration 72 (generations_boundary) was applied in another form than this version has it';
  end if;

  -- Refuses rows that were copied into the schema without their sequences.
  perform "foldlog".check_sequences();
end
$migration$;
