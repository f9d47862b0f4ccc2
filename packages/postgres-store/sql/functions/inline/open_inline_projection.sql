-- Opens a generation for appends: from now on appends to its categories bring its views, and it serves. "true" when it
-- is open, "false" when it has not caught up or has parked events, "older" when it neither serves nor is going to
-- serve, "rollback" when a rollback has precedence, "null" when there is no such generation.
--
-- No event is missed or folded twice. While the table is locked no append is under way, so all events are visible, and
-- none of these categories has an event after the checkpoint of the generation. Later appends see that it is open. A
-- member of the store itself, which never expires, holds its partitions. So no worker folds an event again that came
-- with its views, and an earlier holder has an old epoch.
--
-- No append is under way, and reads go on. Each append locks foldlog.log_state in ROW SHARE mode, keeps the lock until
-- its transaction ends, and reads the state by a later statement, in a later snapshot. EXCLUSIVE, which this function
-- takes, conflicts with ROW SHARE. So the function waits for an append that may have read the old state, and a later
-- append reads the state when this transaction has ended. A read takes ACCESS SHARE, with which EXCLUSIVE does not
-- conflict: it sees the rows that were there before. Heartbeats and commits of handlers only read the table too. Row
-- locks order them with this function where they change the same rows.
--
-- The generation that served is frozen and kept for a rollback. When it was open too, everything up to the last event
-- of its categories is in its views, because no append is under way. After a rollback it continues after that event.
--
-- It waits two seconds at most for the appends under way, because later appends wait behind it.
create or replace function foldlog.open_inline_projection(handler_name text, in_number int, in_categories jsonb)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
set lock_timeout = '2s'
as $body$
declare
  known foldlog.handlers;
  target foldlog.handler_generations;
  ended foldlog.inline_projections;
  role text;
  wanted text[] := array(select jsonb_array_elements_text(in_categories));
  done bigint;
begin
  perform foldlog.require_read_committed();
  lock table foldlog.log_state, foldlog.inline_projections in exclusive mode;
  select * into known from foldlog.handlers h where h.name = handler_name for no key update;
  select * into target from foldlog.handler_generations g where g.handler = known.id and g.number = in_number;
  if target.id is null then return 'null'; end if;
  if exists (select from foldlog.inline_projections i where i.handler = known.id and i.generation = in_number) then
    return 'true';
  end if;
  role := foldlog.generation_role(known, target);
  if role in ('previous', 'outdated') then return 'older'; end if;
  if role = 'building' and known.rolls_back then return 'rollback'; end if;

  -- In the order of a heartbeat: generations, members, partitions. While these rows are locked no heartbeat takes a
  -- partition.
  perform from foldlog.handler_generations g where g.handler = known.id and g.number in (known.serving, in_number)
  order by g.id for no key update;
  perform from foldlog.handler_partitions p
  where p.generation in (target.id, foldlog.generation_id(handler_name, known.serving))
  order by p.generation, p.partition for update;
  select min(p.position) into done from foldlog.handler_partitions p where p.generation = target.id;
  if exists (
      select from unnest(wanted) c
      where exists (select from foldlog.events e where e.category = c and e.position > done)
    )
    or exists (
      select from foldlog.handler_documents d
      where d.generation = target.id and d.kind = 'parked' and d.kind <> 'view'
    )
  then
    return 'false';
  end if;

  select * into ended from foldlog.inline_projections i where i.handler = known.id and i.generation is not null;
  perform foldlog.release_inline_partitions(ended);
  known := foldlog.set_serving_generation(known, in_number);
  insert into foldlog.handler_members (generation, member, until, leaving, report)
  values (target.id, 'appends', timestamptz '9999-12-31 00:00:00+00', true, 'null')
  on conflict do nothing;
  update foldlog.handler_partitions p set holder = 'appends', epoch = foldlog.next_epoch(p.epoch)
  where p.generation = target.id;
  insert into foldlog.inline_projections as i (handler, generation, categories) values (known.id, in_number, wanted)
  on conflict (handler) do update
  set generation = excluded.generation, categories = excluded.categories, paused = '{}', paused_until = null;
  return 'true';
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.open_inline_projection(text, int, jsonb) from public;
