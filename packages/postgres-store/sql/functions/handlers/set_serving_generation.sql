-- Lets a generation serve. The generation that served is frozen, and becomes the previous one unless its documents were
-- made from lost events. The caller has locked the row of the handler, then the rows of both generations.
create or replace function foldlog.set_serving_generation(known foldlog.handlers, in_number int)
returns foldlog.handlers language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  swapped foldlog.handlers;
  kept constant int := (
    select g.number from foldlog.handler_generations g
    where g.handler = known.id and g.number = known.serving and not g.invalidated
  );
begin
  if known.serving = in_number then return known; end if;
  perform foldlog.suspend_generation(g.id) from foldlog.handler_generations g
  where g.handler = known.id and g.number = known.serving;
  update foldlog.handler_generations g set served = true where g.handler = known.id and g.number = in_number;
  update foldlog.handlers h set serving = in_number, previous = kept, rolls_back = false where h.id = known.id
  returning * into swapped;
  return swapped;
end
$body$;

revoke execute on function foldlog.set_serving_generation(foldlog.handlers, int) from public;
