-- Lets a generation serve when it holds what the serving one holds: [partitions, serving, start, role, block]. `block`
-- says why it does not: "behind", "parked", "rollback", or null. The answer is null when there is no such generation,
-- and false when the handler is an inline projection, whose generations serve when they are opened. The function checks
-- this first, in the order in which foldlog.open_inline_projection locks.
--
-- Nothing is lost by a takeover. A build takes over only when its checkpoint is at least that of the serving generation
-- and none of its events is parked. So every event up to the checkpoint of the serving generation was folded into the
-- build. All partitions of both generations are locked before anything is read, so the function waits for a commit
-- under way. That commit can neither advance the serving generation nor park an event of the new one between the
-- reading and the swap.
--
-- What queries see never goes back, and the result of a wait for a position stays correct. The old generation is frozen
-- in the same transaction: its epochs rise, so no later commit moves it. A process that does not know of the swap yet,
-- and answers from the old generation, knows no position of it beyond the checkpoint at the swap. The new generation
-- has reached that checkpoint.
--
-- Parked events of a returning generation do not block it. It served with them before, and a refusal would make the
-- rollback impossible.
create or replace function foldlog.promote_handler(handler_name text, in_number int)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers;
  target foldlog.handler_generations;
  old bigint;
  block text;
begin
  if exists (
    select from foldlog.inline_projections i join foldlog.handlers h on h.id = i.handler
    where h.name = handler_name and i.generation is not null and i.generation <> in_number
  ) then
    return 'false';
  end if;
  known := foldlog.lock_handler(handler_name);
  old := foldlog.generation_id(handler_name, known.serving);
  select * into target from foldlog.handler_generations g where g.handler = known.id and g.number = in_number;
  if target.id is null then return 'null'; end if;
  if foldlog.generation_role(known, target) in ('building', 'returning') then
    -- In the order of a heartbeat: generations, members, partitions.
    perform from foldlog.handler_generations g where g.id in (old, target.id) order by g.id for no key update;
    perform from foldlog.handler_partitions p where p.generation in (old, target.id)
    order by p.generation, p.partition for no key update;
    block := case
      when known.rolls_back and in_number <> known.previous then 'rollback'
      when (select min(p.position) from foldlog.handler_partitions p where p.generation = target.id)
        < (select min(p.position) from foldlog.handler_partitions p where p.generation = old) then 'behind'
      when not known.rolls_back and exists (
        select from foldlog.handler_documents d
        where d.generation = target.id and d.kind = 'parked' and d.kind <> 'view'
      ) then 'parked'
    end;
    if block is null then
      known := foldlog.set_serving_generation(known, in_number);
    end if;
  end if;
  return foldlog.generation_json(known, in_number, block);
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.promote_handler(text, int) from public;
