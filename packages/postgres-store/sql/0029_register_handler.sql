-- Makes a generation of a handler known, unless it is: [partitions, serving].
create function foldlog.register_handler(handler_name text, in_number int, partitions int, start bigint) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers;
  made bigint;
begin
  perform foldlog.require_read_committed();
  perform foldlog.check_sequences();
  insert into foldlog.handlers (name, serving) values (handler_name, in_number) on conflict (name) do nothing;
  known := foldlog.locked_handler(handler_name);
  insert into foldlog.handler_generations (handler, number) values (known.id, in_number)
  on conflict (handler, number) do nothing returning id into made;

  insert into foldlog.handler_partitions (generation, partition, position, anchor_position, anchor_id, epoch)
  select made, n, start, a.anchor_position, a.anchor_id, known.epoch
  from generate_series(0, partitions - 1) n left join foldlog.anchor_at(start) a on true
  where made is not null;

  return json_build_array((
    select count(*) from foldlog.handler_generations g join foldlog.handler_partitions p on p.generation = g.id
    where g.handler = known.id and g.number = in_number
  ), known.serving)::text;
end
$body$;
