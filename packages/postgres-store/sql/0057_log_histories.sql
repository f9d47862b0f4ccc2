-- The histories of the log, oldest first: see docs/log-history.md. A log that may have gone back continues in a new history, which shares every event up to
-- `begins` with the histories before it.
create table foldlog.log_histories (
  number   integer primary key,
  id       uuid not null unique,
  begins   bigint not null,
  began_at timestamptz not null default clock_timestamp()
);

create trigger protect before delete or truncate on foldlog.log_histories
  for each statement execute function foldlog.protect('the histories of a log are never removed');

-- What every append looks at first, in one row.
--
-- `server_started`, `memory_since`, `file` and `made_by` say where the row was written: by a server that started at that
-- moment, in that file of that database, in that transaction. One of them differs when the row is met anywhere else. A server
-- that was restarted or promoted, or that runs on a copy of its files, started at another moment. A server that lost its
-- shared memory, because one of its backends was killed, recovers without another start; with `synchronous_commit = off` it
-- loses commits by that. Its statistics begin anew at that moment (when somebody resets them, a history begins, which takes no
-- place away). A database that was made of another as its template has its files under another number. A row that was
-- restored from a dump, or copied, was written by another transaction. See docs/log-history.md for what each of them is
-- needed for.
--
-- `inline` has the categories for which appends bring views or wait, see foldlog.inline_projections. The sequences are here, so that no append looks for them.
create table foldlog.log_state (
  history        uuid not null,
  server_started timestamptz not null,
  memory_since   timestamptz,
  file           text collate "C" not null,
  made_by        xid not null,
  positions      regclass not null,
  stream_ids     regclass not null,
  inline         text[] collate "C" not null default '{}'
) with (fillfactor = 50);

create unique index log_state_single on foldlog.log_state ((true));

create trigger protect before delete or truncate on foldlog.log_state
  for each statement execute function foldlog.protect('a log has one state');

-- The state, and whether its history goes on: this server wrote the row, so it has not been away since.
create view foldlog.living_state as
  select history, positions, stream_ids, inline,
    server_started = pg_postmaster_start_time() and memory_since is not distinct from pg_stat_get_bgwriter_stat_reset_time()
      and made_by = xmin and file = pg_relation_filepath(tableoid) as lives
  from foldlog.log_state;
