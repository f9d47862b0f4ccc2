-- Begins a new history, unless the current one continues, and returns the current one. A new history shares with the
-- others everything that is stored now.
--
-- Each append makes sure that the current history continues before it does anything else. So when the first append
-- after a restart begins, no append of this server has drawn a position yet, and the stored events are those with which
-- the server started. When two appends begin at once, the second waits for the first to end, and then finds that the
-- history continues.
create or replace function foldlog.begin_history() returns uuid language plpgsql volatile as $body$
declare
  current uuid;
begin
  lock table foldlog.log_histories in share row exclusive mode;
  select s.history into current from foldlog.checked_log_state s where s.is_current;
  if current is not null then return current; end if;

  insert into foldlog.log_histories (number, id, begins)
  select coalesce(max(h.number), 0) + 1, gen_random_uuid(), coalesce((select max(e.position) from foldlog.events e), 0)
  from foldlog.log_histories h
  returning id into current;

  insert into foldlog.log_state as s (history, server_started, file, made_by, positions, stream_ids)
  select current, pg_postmaster_start_time(), '', '0', p.tableoid, i.tableoid
  from foldlog.positions p, foldlog.streams_id_seq i
  on conflict ((true)) do update
    set history = excluded.history, server_started = excluded.server_started, positions = excluded.positions,
      stream_ids = excluded.stream_ids;
  update foldlog.recovery_mark set history = current;
  if not found then insert into foldlog.recovery_mark (history) values (current); end if;
  perform foldlog.stamp_log_state();
  return current;
end
$body$;

revoke execute on function foldlog.begin_history() from public;
