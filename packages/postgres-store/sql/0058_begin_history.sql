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
  select s.history into current from foldlog.living_state s where s.lives;
  if current is not null then return current; end if;

  insert into foldlog.log_histories (number, id, begins)
  select coalesce(max(h.number), 0) + 1, gen_random_uuid(), coalesce((select max(e.position) from foldlog.events e), 0) from foldlog.log_histories h
  returning id into current;

  insert into foldlog.log_state as s (history, server_started, memory_since, file, made_by, positions, stream_ids)
  values (current, pg_postmaster_start_time(), pg_stat_get_bgwriter_stat_reset_time(), pg_relation_filepath('foldlog.log_state'), '0', 'foldlog.positions', 'foldlog.streams_id_seq')
  on conflict ((true)) do update
    set history = excluded.history, server_started = excluded.server_started, memory_since = excluded.memory_since, file = excluded.file, positions = excluded.positions, stream_ids = excluded.stream_ids;
  perform foldlog.sign_state();
  return current;
end
$body$;

-- Writes down that this transaction wrote the state, after it did: no function gives the number of a savepoint's transaction, the row itself does.
create function foldlog.sign_state() returns void language sql volatile as $body$
  update foldlog.log_state set made_by = xmin
$body$;
