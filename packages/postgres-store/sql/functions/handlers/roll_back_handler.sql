-- Requests that the previous generation serves again, or cancels the request when the number is that of the serving
-- one: [partitions, serving, start, role, null]; null when there is no such generation, false when it is neither,
-- "invalidated" when its documents were made from lost events. A repeated call changes nothing.
--
-- The generation was frozen at an earlier position than the serving one has now, so it must catch up first. Then
-- foldlog.promote_handler lets it serve.
create or replace function foldlog.roll_back_handler(handler_name text, in_number int)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers := foldlog.lock_handler(handler_name);
  former constant bigint := foldlog.generation_id(handler_name, known.previous);
begin
  if not exists (select from foldlog.handler_generations g where g.handler = known.id and g.number = in_number) then
    return 'null';
  end if;
  if in_number <> known.serving and exists (
    select from foldlog.handler_generations g where g.handler = known.id and g.number = in_number and g.invalidated
  ) then
    return '"invalidated"';
  end if;
  if in_number is distinct from known.previous and in_number <> known.serving then return 'false'; end if;
  if known.rolls_back <> (in_number <> known.serving) then
    perform from foldlog.handler_generations g where g.id = former for no key update;
    if known.rolls_back then
      perform foldlog.suspend_generation(former);
    else
      perform foldlog.resume_generation(former);
    end if;
    update foldlog.handlers h set rolls_back = not h.rolls_back where h.id = known.id returning * into known;
  end if;
  return foldlog.generation_json(known, in_number, null);
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.roll_back_handler(text, int) from public;
