-- Whether a place is in the log: [true, current history, null]; or [false, current history, last shared position],
-- whose last value is null when the history is not known. `event_id` is the id of the event at the position, or null.
-- An event can be lost although later ones are there: its transaction was open at the moment to which the log went
-- back.
create or replace function foldlog.verify_position(at_position bigint, in_history uuid, event_id uuid)
returns text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  fits boolean := foldlog.is_log_position(at_position, in_history);
  shared bigint;
begin
  if not fits then
    shared := foldlog.common_position(in_history);
  elsif event_id is not null
    and not exists (select from foldlog.events e where e.position = at_position and e.id = event_id) then
    fits := false;
    shared := greatest(at_position - 1, 0);
  end if;
  return json_build_array(fits, (select s.history from foldlog.log_state s), shared)::text;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.verify_position(bigint, uuid, uuid) from public;
