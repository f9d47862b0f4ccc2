-- Lets a generation serve, unless one does that is newer, or further: [partitions, serving]; null when there is no such generation, false when the handler is
-- an inline projection, whose generations serve when they are opened. That is looked at first, in the order in which foldlog.open_inline locks.
--
-- What queries see never goes back. The partitions of the generation that serves are locked before they are looked at: a commit that was under way has been
-- waited for, and one that comes later is written after the swap, when nobody reads it any more. Those of the new one can only rise.
create function foldlog.promote_handler(handler_name text, in_number int) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers;
  target constant bigint := foldlog.generation_id(handler_name, in_number);
  served bigint;
  reached bigint;
begin
  if exists (
    select from foldlog.inline_projections i join foldlog.handlers h on h.id = i.handler
    where h.name = handler_name and i.generation is not null and i.generation <> in_number
  ) then
    return 'false';
  end if;
  known := foldlog.locked_handler(handler_name);
  served := foldlog.generation_id(handler_name, known.serving);
  if target is null then return 'null'; end if;
  if known.serving < in_number then
    perform from foldlog.handler_partitions p where p.generation = served order by p.partition for share;
    select min(p.position) into reached from foldlog.handler_partitions p where p.generation = target;
    if reached >= (select min(p.position) from foldlog.handler_partitions p where p.generation = served) then
      update foldlog.handlers h set serving = in_number where h.id = known.id returning * into known;
    end if;
  end if;
  return json_build_array((select count(*) from foldlog.handler_partitions p where p.generation = target), known.serving)::text;
end
$body$;
