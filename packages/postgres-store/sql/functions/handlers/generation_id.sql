-- The id of a generation of a handler, of the serving one when no number is given; null when there is none.
create or replace function foldlog.generation_id(handler_name text, in_number int)
returns bigint language sql stable as $body$
  select g.id
  from foldlog.handlers h
  join foldlog.handler_generations g on g.handler = h.id and g.number = coalesce(in_number, h.serving)
  where h.name = handler_name
$body$;

revoke execute on function foldlog.generation_id(text, int) from public;
