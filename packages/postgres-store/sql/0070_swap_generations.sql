-- Freezes a generation: fences the members that work on it, and ends its leases. A member of the store's own, which
-- never dies, holds its partitions. The caller has locked the row of the generation, as a heartbeat that takes
-- partitions does: so no heartbeat takes one meanwhile.
create function foldlog.freeze_generation(target bigint) returns void language sql volatile as $body$
  insert into foldlog.handler_members (generation, member, until, leaving, report)
  values (target, 'kept', timestamptz '9999-12-31 00:00:00+00', true, 'null')
  on conflict do nothing;
  update foldlog.handler_partitions p set holder = 'kept', epoch = foldlog.next_epoch(p.epoch) where p.generation = target;
$body$;

-- Lets members get leases of a frozen generation again. The caller has locked its row.
create function foldlog.thaw_generation(target bigint) returns void language sql volatile as $body$
  delete from foldlog.handler_members m where m.generation = target and m.member = 'kept';
  update foldlog.handler_partitions p set holder = null where p.generation = target and p.holder = 'kept';
$body$;

-- Lets a generation serve. The generation that served is frozen, and becomes the previous one unless its documents were
-- made from lost events. The caller has locked the row of the handler, then the rows of both generations.
create function foldlog.swap_generations(known foldlog.handlers, in_number int) returns foldlog.handlers language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  swapped foldlog.handlers;
  kept constant int := (
    select g.number from foldlog.handler_generations g where g.handler = known.id and g.number = known.serving and not g.spoiled
  );
begin
  if known.serving = in_number then return known; end if;
  perform foldlog.freeze_generation(g.id) from foldlog.handler_generations g where g.handler = known.id and g.number = known.serving;
  update foldlog.handler_generations g set served = true where g.handler = known.id and g.number = in_number;
  update foldlog.handlers h set serving = in_number, previous = kept, rolls_back = false where h.id = known.id returning * into swapped;
  return swapped;
end
$body$;

-- A handler and one of its generations, as clients read them: [partitions, serving, start, role, block].
create function foldlog.registered_text(known foldlog.handlers, in_number int, block text) returns text language sql stable as $body$
  select json_build_array(
    (select count(*) from foldlog.handler_partitions p where p.generation = g.id),
    known.serving, known.start, foldlog.generation_role(known, g), block
  )::text
  from foldlog.handler_generations g where g.handler = known.id and g.number = in_number
$body$;
