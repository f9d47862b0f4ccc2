-- Handlers of events, and what they keep: see docs/handler-store.md. `serving` is the number of the generation that
-- queries read. `epoch` is the highest epoch of the retired generations: new generations begin above it. `start` is the
-- position after which every generation begins. `previous` is the number of the generation that served before, kept for
-- a rollback. `rolls_back`: a rollback to it was requested.
create table foldlog.handlers (
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
create table foldlog.handler_generations (
  id      bigint generated always as identity primary key,
  handler bigint not null,
  number  integer,
  served  boolean not null default false,
  spoiled boolean not null default false,
  set_backs integer not null default 0,
  unique (handler, number)
);

-- The part that a generation plays for its handler; see GenerationRole in @foldlog/core.
create function foldlog.generation_role(handler foldlog.handlers, generation foldlog.handler_generations)
returns text language sql immutable as $body$
  select case
    when generation.number = handler.serving then 'serving'
    when generation.spoiled then 'outdated'
    when generation.number = handler.previous then case when handler.rolls_back then 'returning' else 'previous' end
    when generation.number > handler.serving and not generation.served then 'building'
    else 'outdated'
  end
$body$;

create index handler_generations_retired on foldlog.handler_generations (id) where number is null;

-- The anchor is the last event at or before `position` when that was written, null when there was none: a log that has
-- another event there is not the log that was handled. `holder` is the member that took the partition last, as long as
-- it is not given up. Room is left on each page, because every commit updates `position` and `revision` in place (HOT:
-- no index holds them).
create table foldlog.handler_partitions (
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
create table foldlog.handler_members (
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
create function foldlog.lease_end(member foldlog.handler_members) returns timestamptz language sql stable as $body$
  select greatest(member.until, pg_postmaster_start_time() + member.lease_time / 2)
$body$;

-- Projections whose views are written with the appends, see docs/handlers.md. `generation` is the number of the one that is open, null as long as none
-- was; appends to `categories` bring its views. Appends to `paused` wait until `paused_until`, so that one that is to be opened catches up.
--
-- Every append reads foldlog.log_state, which has the categories too, and keeps a shared lock of that table until its
-- transaction ends. A function that changes a row here takes a lock that conflicts with it; see foldlog.open_inline.
-- Then no append is under way that has read the old row, and all that was appended before is visible.
create table foldlog.inline_projections (
  handler      bigint primary key,
  generation   integer,
  categories   text[] collate "C" not null default '{}',
  paused       text[] collate "C" not null default '{}',
  paused_until timestamptz
);
