-- A stream with version 0 has no event yet: a refused first append may leave such a row, and readers see no stream.
-- `collate "C"` compares names byte by byte, so that every server sorts, and so locks, in the same order. Each page has
-- free room, because every append updates `version` in place (HOT: no index holds it).
create table foldlog.streams (
  id         bigint generated always as identity primary key,
  name       text collate "C" not null unique,
  category   text collate "C" not null,
  version    bigint not null default 0,
  deleted_at timestamptz
) with (fillfactor = 50);

-- Positions end where the safe integers of JavaScript end: a full log refuses appends. The sequence has no cache, and
-- is never set back, because a session would draw positions that readers have passed. foldlog.append refuses a position
-- that a cache gives out late.
create sequence foldlog.positions as bigint maxvalue 9007199254740991 cache 1 no cycle;

-- `id` is the ULID in its 16 bytes. `remaining` counts the events after this one in its append, and so distinguishes a
-- repetition from an overlap. `data` and `metadata` are compressed only when they are long.
create table foldlog.events (
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

-- So a dump of the table alone has the sequence too.
alter sequence foldlog.positions owned by foldlog.events.position;

create index events_category_position on foldlog.events (category, position);

-- `anchor` is the id of the event at `version`.
create table foldlog.snapshots (
  stream         bigint not null,
  schema_version integer not null,
  version        bigint not null,
  state          jsonb not null,
  anchor         uuid not null,
  primary key (stream, schema_version)
);

-- The histories of the log, oldest first; see docs/log-history.md. A log that may have gone back continues in a new
-- history, which shares every event up to `begins` with the histories before it.
create table foldlog.log_histories (
  number   integer primary key,
  id       uuid not null unique,
  begins   bigint not null,
  began_at timestamptz not null default clock_timestamp()
);

-- The id of the current history, for as long as the server does not recover: Postgres empties unlogged tables when it
-- recovers after a crash, and at no other time. (The time of a reset of statistics would not do: it changes also when a
-- person resets them. An unlogged sequence would not do: Postgres 18.4 cannot read it on a promoted standby.)
create unlogged table foldlog.recovery_mark (
  history uuid not null
);

-- The one row that every append reads first.
--
-- `server_started`, `file` and `made_by` say where the row was written: by a server that started at this time, in that
-- file of that database, in that transaction. foldlog.recovery_mark says that the server has not recovered since. At
-- least one of these differs when the row is read anywhere else:
--
-- - A server that was restarted or promoted, or that runs on a copy of the files, started at another time.
-- - When one process of a server dies, the server recovers as after a crash, without a restart. It loses the mark.
-- - A database that was made with another one as its template has its files under another number.
-- - A row that was restored from a dump, or copied, was written by another transaction.
--
-- `inline` has the categories for which appends bring views or wait; see foldlog.inline_projections. The row has the
-- sequences, so that no append has to look for them.
create table foldlog.log_state (
  history        uuid not null,
  server_started timestamptz not null,
  file           text collate "C" not null,
  made_by        xid not null,
  positions      regclass not null,
  stream_ids     regclass not null,
  inline         text[] collate "C" not null default '{}'
) with (fillfactor = 50);

create unique index log_state_single on foldlog.log_state ((true));

-- The state, and whether its history continues (`is_current`): then this server wrote the row, and was neither
-- restarted nor recovered since. The mark is compared as the result of a query and not with `exists`: Postgres would
-- fill a hash table with the marks for each append, of a size that fits its guess of 2,000 rows.
create view foldlog.checked_log_state as
  select history, positions, stream_ids, inline,
    server_started = pg_postmaster_start_time() and made_by = s.xmin and file = pg_relation_filepath(s.tableoid)
      and s.history is not distinct from (select m.history from foldlog.recovery_mark m limit 1) as is_current
  from foldlog.log_state s;
