-- The inline projections that are open: [[name, generation, partitions, [category, ...]], ...].
create function foldlog.list_inline() returns text language sql stable as $body$
  select coalesce(json_agg(json_build_array(
    h.name, i.generation,
    (select count(*) from foldlog.handler_partitions p where p.generation = foldlog.generation_id(h.name, i.generation)),
    i.categories
  ) order by h.name), '[]')::text
  from foldlog.inline_projections i join foldlog.handlers h on h.id = i.handler
  where i.generation is not null
$body$;
