-- The role of a generation among those of its handler; see GenerationRole in @foldlog/core.
create or replace function foldlog.generation_role(handler foldlog.handlers, generation foldlog.handler_generations)
returns text language sql immutable as $body$
  select case
    when generation.number = handler.serving then 'serving'
    when generation.invalidated then 'outdated'
    when generation.number = handler.previous then case when handler.rolls_back then 'returning' else 'previous' end
    when generation.number > handler.serving and not generation.served then 'building'
    else 'outdated'
  end
$body$;

revoke execute on function foldlog.generation_role(foldlog.handlers, foldlog.handler_generations) from public;
