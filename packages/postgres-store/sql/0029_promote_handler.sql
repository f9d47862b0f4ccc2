-- Lets a generation serve, unless a newer one does: [partitions, serving]; null when there is no such generation, false when the handler is an inline
-- projection, whose generations serve when they are opened. That is looked at first, in the order in which foldlog.open_inline locks.
create function foldlog.promote_handler(handler_name text, in_number int) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers;
  target bigint;
begin
  perform foldlog.require_read_committed();
  if exists (
    select from foldlog.inline_projections i join foldlog.handlers h on h.id = i.handler
    where h.name = handler_name and i.generation is not null and i.generation <> in_number
  ) then
    return 'false';
  end if;
  select * into known from foldlog.handlers h where h.name = handler_name for no key update;
  select g.id into target from foldlog.handler_generations g where g.handler = known.id and g.number = in_number;
  if target is null then return 'null'; end if;
  update foldlog.handlers h set serving = in_number where h.id = known.id and h.serving < in_number;
  return json_build_array(
    (select count(*) from foldlog.handler_partitions p where p.generation = target),
    greatest(known.serving, in_number)
  )::text;
end
$body$;
