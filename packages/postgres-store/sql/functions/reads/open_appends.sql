-- The open appends that readers wait for: [[position, milliseconds, process id, application], ...], lowest first. The
-- process id is null for a prepared transaction.
--
-- The time is the start of the transaction, if the owner of this function may see it (as a member of that role or of
-- pg_read_all_stats). Otherwise it is the time of the first event that readers do not see because of this append. An
-- append that no reader waits for, and whose start is not visible, is left out.
--
-- It reads in the order of foldlog.settled_position: first the locks, then the sequence.
create or replace function foldlog.open_appends() returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  log oid;
  held jsonb;
  later bigint;
begin
  select tableoid into log from foldlog.positions;
  select jsonb_agg(
    jsonb_build_array((l.classid::bigint & 255) << 32 | l.objid::bigint, l.pid, a.application_name, a.xact_start)
  )
  into held
  from pg_locks l left join pg_stat_activity a on a.pid = l.pid
  where l.locktype = 'advisory' and l.objsubid = 1 and l.mode = 'ShareLock' and l.granted
    and l.database = (select oid from pg_database where datname = current_database())
    and l.classid::bigint >> 8 = log::bigint & 16777215;
  select last_value - (not is_called)::int into later from foldlog.positions;

  return coalesce((
    select json_agg(
      json_build_array(w.floor, (extract(epoch from w.since) * 1000)::bigint, w.pid, w.application)
      order by w.floor, w.since
    )
    from (
      select f.floor, h.value -> 1 as pid, h.value -> 2 as application, coalesce(
        (h.value ->> 3)::timestamptz,
        (select e.recorded_at from foldlog.events e where e.position > f.floor order by e.position limit 1)
      ) as since
      from jsonb_array_elements(held) h
      cross join lateral (select greatest(0, later - ((later - (h.value ->> 0)::bigint) & 1099511627775)) as floor) f
    ) w
    where w.since is not null
  ), '[]')::text;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.open_appends() from public;
