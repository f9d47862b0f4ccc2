-- The histories of the log, oldest first; see docs/log-history.md. A log that may have gone back continues in a new
-- history, which shares every event up to `begins` with the histories before it.
create table foldlog.log_histories (
  number   integer primary key,
  id       uuid not null unique,
  begins   bigint not null,
  began_at timestamptz not null default clock_timestamp()
);

create trigger protect before delete or truncate on foldlog.log_histories
  for each statement execute function foldlog.protect('the histories of a log are never removed');

-- The id of the current history, for as long as the server does not recover: Postgres empties unlogged tables when it
-- recovers after a crash, and at no other time. (The time of a reset of statistics would not do: it changes also when a
-- person resets them. An unlogged sequence would not do: Postgres 18.4 cannot read it on a promoted standby.)
create unlogged table foldlog.recovery_mark (
  history uuid not null
);

create trigger protect before delete or truncate on foldlog.recovery_mark
  for each statement execute function foldlog.protect('only a recovery of the server removes the mark');

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

create trigger protect before delete or truncate on foldlog.log_state
  for each statement execute function foldlog.protect('a log has one state');

-- The state, and whether its history goes on (`lives`): then this server wrote the row, and has neither been restarted
-- nor recovered since.
create view foldlog.living_state as
  select history, positions, stream_ids, inline,
    server_started = pg_postmaster_start_time() and made_by = s.xmin and file = pg_relation_filepath(s.tableoid)
      and exists (select from foldlog.recovery_mark m where m.history = s.history) as lives
  from foldlog.log_state s;
