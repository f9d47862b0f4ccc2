-- The checkpoints of the serving generations of handlers, and the conditions that a waiting caller needs: [history,
-- [[name, position, activity, has parked events], ...]]. Unknown handlers are left out. An inline projection has
-- handled every settled event.
--
-- activity: 'stopped', a stop has no requested action; 'resuming', an action is requested for every stop; 'working', a
--           member of any generation is alive; or 'idle'
--
-- Callers that wait call this every few milliseconds. So each condition reads one entry of an index, or the members.
--
-- The history is read after the settled position, by a statement of its own: what is settled now is also in every
-- history that begins later. The settled position may be newer than the snapshot of the statement that reads it, so one
-- snapshot for both could return a history together with a position that it does not have.
create or replace function foldlog.handler_checkpoints(names jsonb) returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  positions json;
begin
  select coalesce(json_agg(json_build_array(
    n.name, p.position,
    case
      when exists (
        select from foldlog.handler_documents d
        where d.generation = n.serving and d.kind = 'stop' and d.kind <> 'view' and d.requested_action is null
      ) then 'stopped'
      when exists (
        select from foldlog.handler_documents d
        where d.generation = n.serving and d.kind = 'stop' and d.kind <> 'view'
      ) then 'resuming'
      when exists (
        select from foldlog.handlers h
        join foldlog.handler_generations g on g.handler = h.id and g.number is not null
        join foldlog.handler_members m on m.generation = g.id
        where h.name = n.name and not m.leaving and foldlog.lease_end(m) > clock_timestamp()
      ) then 'working'
      else 'idle'
    end,
    exists (
      select from foldlog.handler_documents d
      where d.generation = n.serving and d.kind = 'parked' and d.kind <> 'view'
    )
  )), '[]') into positions
  from (
    select distinct value as name, foldlog.generation_id(value, null) as serving from jsonb_array_elements_text(names)
  ) n
  cross join lateral (
    select greatest(min(position), (
      select foldlog.settled_position() from foldlog.inline_projections i join foldlog.handlers h on h.id = i.handler
      where h.name = n.name and i.generation = h.serving
    )) as position
    from foldlog.handler_partitions where generation = n.serving
  ) p
  where p.position is not null;
  return json_build_array((select s.history from foldlog.log_state s), positions)::text;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.handler_checkpoints(jsonb) from public;
