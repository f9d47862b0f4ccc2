-- The histories of the log, oldest first: see docs/log-history.md. A log that may have gone back continues in a new history. It shares every event up
-- to `begins` with the history before it.
--
-- `server_started` and `made_by` say where the row was written: by a server that started at that moment, in that transaction. Both differ when the row
-- is met anywhere else. A server that was restarted or promoted, or that runs on a copy of the files, started at another moment. A row that was
-- restored from a dump, or copied, was written by another transaction.
create table foldlog.log_histories (
  number         integer primary key,
  id             uuid not null unique,
  begins         bigint not null,
  began_at       timestamptz not null default clock_timestamp(),
  server_started timestamptz not null,
  made_by        xid not null
);

create trigger protect before delete or truncate on foldlog.log_histories
  for each statement execute function foldlog.protect('the histories of a log are never removed');

-- The current history. `lives` says that it goes on: this server wrote the row, so it has not been away since.
create view foldlog.current_history as
  select id, server_started = pg_postmaster_start_time() and made_by = xmin as lives
  from foldlog.log_histories
  order by number desc
  limit 1;

-- Begins a new history, unless the current one lives, and gives the current one. It shares with the others all that is stored now.
--
-- Each append makes sure that the current history lives before it does anything else. So when the first one comes after a restart, none of this server has
-- drawn a position yet, and what is stored is what it was restarted with. Of two that come at once, the second waits for the first to end, and then finds
-- that the history lives.
create function foldlog.begin_history() returns uuid language plpgsql volatile as $body$
declare
  current uuid;
begin
  lock table foldlog.log_histories in share row exclusive mode;
  select id into current from foldlog.current_history where lives;
  if current is not null then return current; end if;

  insert into foldlog.log_histories (number, id, begins, server_started, made_by)
  select coalesce(max(h.number), 0) + 1, gen_random_uuid(), coalesce((select max(e.position) from foldlog.events e), 0), pg_postmaster_start_time(), '0'
  from foldlog.log_histories h
  returning id into current;
  -- Of this transaction, or of its savepoint: no function tells the number of that, the row itself does.
  update foldlog.log_histories h set made_by = h.xmin where h.id = current;
  return current;
end
$body$;

-- The last position that the log shares with a history; null for one that it does not know. Without a history it is the end of the log.
create function foldlog.shared_with(of_history uuid) returns bigint language sql stable as $body$
  select case when of_history is null then stored.last else (
    select least(stored.last, (select min(later.begins) from foldlog.log_histories later where later.number > h.number))
    from foldlog.log_histories h where h.id = of_history
  ) end
  from (select coalesce((select max(e.position) from foldlog.events e), 0) as last) stored
$body$;

-- Whether a place that was remembered is a place of this log: a position, and the history in which it was read, or null.
-- The beginning of a log is the same in all histories.
create function foldlog.is_place(at_position bigint, in_history uuid) returns boolean language sql stable as $body$
  select at_position = 0 or coalesce(at_position <= foldlog.shared_with(in_history), false)
$body$;

-- The last event at or before a position.
create function foldlog.anchor_at(at_position bigint) returns table (anchor_position bigint, anchor_id uuid) language sql stable as $body$
  select e.position, e.id from foldlog.events e where e.position <= at_position order by e.position desc limit 1
$body$;

-- What a client asks of a place: [true, current history, null], or [false, current history, last position that is shared], null when the history is not known.
create function foldlog.verify_place(at_position bigint, in_history uuid) returns text language plpgsql stable
set enable_seqscan = off
as $body$
declare
  fits constant boolean := foldlog.is_place(at_position, in_history);
begin
  return json_build_array(fits, (select id from foldlog.current_history), case when not fits then foldlog.shared_with(in_history) end)::text;
end
$body$;

select foldlog.begin_history();

alter function foldlog.verify_place(bigint, uuid) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function
  foldlog.begin_history(), foldlog.shared_with(uuid), foldlog.is_place(bigint, uuid), foldlog.anchor_at(bigint), foldlog.verify_place(bigint, uuid)
from public;
