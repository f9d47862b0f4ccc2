-- Begins a new history, unless the current one lives, and returns the current one. A new history shares with the others
-- all that is stored now.
--
-- Each append makes sure that the current history lives before it does anything else. So when the first append after a
-- restart begins, no append of this server has drawn a position yet, and what is stored is what the server was
-- restarted with. When two appends begin at once, the second waits for the first to end, and then finds that the
-- history lives.
--
-- The mark is made from the id of the history. It stays when the transaction is rolled back, and then differs from the
-- mark of the row that is there again: the next append begins a history too.
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

  insert into foldlog.log_state as s (history, server_started, mark, marked, file, made_by, positions, stream_ids)
  select
    current, pg_postmaster_start_time(), m.tableoid,
    setval(m.tableoid, 1 + (hashtextextended(current::text, 0) & 4611686018427387903)), '', '0', p.tableoid, i.tableoid
  from foldlog.positions p, foldlog.streams_id_seq i, foldlog.recovery_mark m
  on conflict ((true)) do update
    set history = excluded.history, server_started = excluded.server_started, mark = excluded.mark, marked = excluded.marked,
      positions = excluded.positions, stream_ids = excluded.stream_ids;
  perform foldlog.sign_state();
  return current;
end
$body$;

-- Stores where the state was written, after it was written: no function returns the transaction number of a savepoint,
-- but the row has it.
create function foldlog.sign_state() returns void language sql volatile as $body$
  update foldlog.log_state set made_by = xmin, file = pg_relation_filepath(tableoid)
$body$;
