-- The last position that the log shares with a history; null for a history that the log does not know. Without a
-- history, the end of the log.
create or replace function foldlog.last_shared_position(of_history uuid) returns bigint language sql stable as $body$
  select case when of_history is null then stored.last else (
    select least(stored.last, (select min(later.begins) from foldlog.log_histories later where later.number > h.number))
    from foldlog.log_histories h where h.id = of_history
  ) end
  from (select coalesce((select max(e.position) from foldlog.events e), 0) as last) stored
$body$;

revoke execute on function foldlog.last_shared_position(uuid) from public;
