-- Handlers of events; see docs/handler-store.md. `serving` is the number of the generation that queries read. `epoch`
-- is the highest epoch of the retired generations: new generations begin above it. `start` is the position after which
-- every generation begins. `previous` is the number of the generation that served before, kept for a rollback.
-- `rolls_back`: a rollback to it was requested. A handler that was removed, or that has another name now, leaves a row
-- for its epoch: `serving` is 0 then, which is no generation. `indexes` is what its projection declares, see
-- declare_view_indexes; null when it declares none.
create table foldlog.handlers (
  id         bigint generated always as identity primary key,
  name       text collate "C" not null unique,
  serving    integer not null,
  start      bigint not null,
  previous   integer,
  rolls_back boolean not null default false,
  epoch      bigint not null default 0,
  indexes    jsonb
);

-- The generations of handlers. `number` is null when a generation is retired and only its documents remain to be
-- removed. An id is never used again. `served`: queries have read this generation at some time. `invalidated`: its
-- documents were made from lost events. `checkpoint_resets`: how often it was set back. `identity` is described by
-- HandlerIdentity in @foldlog/core. It is null when the generation was registered without one.
create table foldlog.handler_generations (
  id      bigint generated always as identity primary key,
  handler bigint not null,
  number  integer,
  served  boolean not null default false,
  invalidated boolean not null default false,
  checkpoint_resets integer not null default 0,
  identity jsonb,
  unique (handler, number)
);

create index handler_generations_retired on foldlog.handler_generations (id) where number is null;

-- The anchor is the last event at or before `position` when that was written, null when there was none: a log that has
-- another event there is not the log that was handled. `holder` is the member that took the partition last, until it
-- releases it. `released`: the holder before it had released the partition, or there was none. Each page has free room,
-- because every commit updates `position` and `revision` in place (HOT: no index holds them).
create table foldlog.handler_partitions (
  generation bigint not null,
  partition  integer not null,
  position   bigint not null,
  anchor_position bigint,
  anchor_id  uuid,
  epoch      bigint not null,
  revision   bigint not null default 0,
  holder     text collate "C",
  released   boolean not null default true,
  primary key (generation, partition)
) with (fillfactor = 50);

-- A member owns the partitions that it holds as long as it has a row. `until` is the end of its leases by its last
-- heartbeat (see lease_end), so a heartbeat renews any number of leases by one row. A member that is leaving has no
-- share.
create table foldlog.handler_members (
  generation bigint not null,
  member     text collate "C" not null,
  until      timestamptz not null,
  leaving    boolean not null,
  report     jsonb not null,
  lease_time interval not null default '0',
  primary key (generation, member)
) with (fillfactor = 50);

-- The documents of handlers. `handler` is that of the generation. An index has the views of a handler in all its
-- generations, because its condition names columns of the row only. `due` is in milliseconds since 1970, as clients
-- count: a timestamptz does not reach as far as their dates. `parked_position` is the position in the data of a parked
-- document.
create table foldlog.handler_documents (
  generation bigint not null,
  kind       text collate "C" not null,
  key        text collate "C" not null,
  partition  integer not null,
  position   bigint not null,
  due        bigint,
  requested_action text,
  data       jsonb not null,
  handler    bigint not null,
  parked_position jsonb,
  primary key (generation, kind, key)
);

-- Finds the next due documents of a kind in a partition, however many wait.
create index handler_documents_due on foldlog.handler_documents (generation, kind, partition, due, key)
where due is not null;

-- Finds the documents that earlier holders of a partition stored. Views are found by their keys, so they are left out
-- of this index.
create index handler_documents_partition on foldlog.handler_documents (generation, kind, partition, key)
where kind <> 'view';

-- Finds the parked documents of an event by its position, for callers that wait for that event. An index of an
-- expression of `data` would do as well, but then no update of a view could be made in place (HOT): Postgres compares
-- the columns of each index, also of one whose condition leaves the row out.
create index handler_documents_parked on foldlog.handler_documents (generation, parked_position)
where kind = 'parked';
