-- Opens a generation for appends: from now on those to its categories bring its views, and it serves. "true" when it is open, "false" when it has not caught up
-- or something is parked in it, "older" when a newer one serves, "null" when there is none.
--
-- No event is missed or folded twice: while the table is locked no append is under way, so all events are visible, and none of these categories stands behind
-- the checkpoint of the generation. What comes later sees that it is open. Its partitions are held by a member of the store's own that never dies, so no
-- worker folds an event again that came with its views; and who worked on them has an old epoch.
--
-- Waits two seconds at most for the appends under way, because others queue up behind it.
create function foldlog.open_inline(handler_name text, in_number int, in_categories jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set lock_timeout = '2s'
as $body$
declare
  known foldlog.handlers;
  target bigint;
  wanted text[] := array(select jsonb_array_elements_text(in_categories));
  done bigint;
begin
  perform foldlog.require_read_committed();
  lock table foldlog.log_state, foldlog.inline_projections in access exclusive mode;
  select * into known from foldlog.handlers h where h.name = handler_name for no key update;
  select g.id into target from foldlog.handler_generations g where g.handler = known.id and g.number = in_number;
  if target is null then return 'null'; end if;
  if exists (select from foldlog.inline_projections i where i.handler = known.id and i.generation = in_number) then return 'true'; end if;
  if known.serving > in_number then return 'older'; end if;

  select min(p.position) into done from (
    select * from foldlog.handler_partitions p where p.generation = target order by p.partition for update
  ) p;
  if exists (select from unnest(wanted) c where exists (select from foldlog.events e where e.category = c and e.position > done))
    or exists (select from foldlog.handler_documents d where d.generation = target and d.kind = 'parked' and d.kind <> 'view')
  then
    return 'false';
  end if;

  insert into foldlog.handler_members (generation, member, until, leaving, report)
  values (target, 'appends', timestamptz '9999-12-31 00:00:00+00', true, 'null')
  on conflict do nothing;
  update foldlog.handler_partitions p set holder = 'appends', epoch = p.epoch + 1 where p.generation = target;
  update foldlog.handlers h set serving = in_number where h.id = known.id;
  insert into foldlog.inline_projections as i (handler, generation, categories) values (known.id, in_number, wanted)
  on conflict (handler) do update set generation = excluded.generation, categories = excluded.categories, paused = '{}', paused_until = null;
  return 'true';
end
$body$;
