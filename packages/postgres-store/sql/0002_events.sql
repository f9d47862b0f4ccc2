-- The high-water mark of the log is read from `last_value`, so the sequence must begin as if 0 had been drawn (a fresh sequence says
-- last_value = 1 before 1 is drawn), and must not be cached (a session would draw below it later). foldlog.horizon checks the cache.
create sequence foldlog.positions as bigint minvalue 0 start 0 cache 1 no cycle;
select setval(tableoid::regclass, 0, true) from foldlog.positions;

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

create index events_category_position on foldlog.events (category, position);
