-- Positions end where the safe integers of JavaScript end: a log that is full refuses appends. No cache, and never set back: a session would draw
-- behind what readers have passed. foldlog.append refuses what a cache gives out late.
create sequence foldlog.positions as bigint maxvalue 9007199254740991 cache 1 no cycle;

-- `id` is the ULID in its 16 bytes. `remaining` counts the events behind this one in its append, so that a repetition is told from an
-- overlap. `data` and `metadata` are compressed only when they are long.
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

-- A dump of the table alone takes the sequence along.
alter sequence foldlog.positions owned by foldlog.events.position;

create index events_category_position on foldlog.events (category, position);
