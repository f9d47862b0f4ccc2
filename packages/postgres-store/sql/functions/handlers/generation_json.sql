-- A handler and one of its generations, as clients read them: [partitions, serving, start, role, block,
-- identity].
create or replace function foldlog.generation_json(known foldlog.handlers, in_number int, block text)
returns text language sql stable as $body$
  select json_build_array(
    (select count(*) from foldlog.handler_partitions p where p.generation = g.id),
    known.serving, known.start, foldlog.generation_role(known, g), block,
    g.identity
  )::text
  from foldlog.handler_generations g where g.handler = known.id and g.number = in_number
$body$;

revoke execute on function foldlog.generation_json(foldlog.handlers, int, text) from public;
