-- Registers a generation of a handler, unless it is registered already: [partitions, serving, start, role, block,
-- identity]. When the handler has a generation of another kind, changes nothing and returns {"generation": n,
-- "partitions": n, "identity": {...}} of that generation.
--
-- `in_start` counts when the handler is created, and never again. A later generation begins at the start of the
-- handler, so that it holds the events that the serving one holds. Otherwise a rebuild of a handler that started "now"
-- would be empty and take over. A handler that was removed has a row without a serving generation, and is created anew.
--
-- `in_identity` is kept with the generation; see HandlerIdentity in @foldlog/core. It is null when none is given. A
-- generation without an identity gets that of the next registration. A generation whose identity equals `in_replaces`
-- gets `in_identity`. Members with other code may work on that generation, and pass over events that it has now, so
-- their commits are fenced.
create or replace function foldlog.register_handler(
  handler_name text, in_number int, partitions int, in_start bigint, in_identity jsonb, in_replaces jsonb
)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers;
  other foldlog.handler_generations;
  made bigint;
  replaced bigint;
begin
  perform foldlog.require_read_committed();
  if (
    foldlog.is_name(handler_name, 256) and in_number >= 1 and partitions between 1 and 1024 and in_start >= 0
  ) is not true then
    perform foldlog.raise_invalid_input(
      'a handler',
      format('%s, generation %s, %s partitions, start %s', handler_name, in_number, partitions, in_start)
    );
  end if;
  perform foldlog.check_sequences();
  insert into foldlog.handlers (name, serving, start) values (handler_name, in_number, in_start)
  on conflict (name) do nothing;
  known := foldlog.lock_handler(handler_name);
  if known.serving = 0 then
    update foldlog.handlers h set serving = in_number, start = in_start where h.id = known.id returning * into known;
  end if;
  select * into other from foldlog.handler_generations g
  where g.handler = known.id and g.number is not null and g.identity ->> 'kind' <> in_identity ->> 'kind'
  order by g.number limit 1;
  if other.id is not null then
    return json_build_object(
      'generation', other.number,
      'partitions', (select count(*) from foldlog.handler_partitions p where p.generation = other.id),
      'identity', other.identity
    )::text;
  end if;

  insert into foldlog.handler_generations (handler, number, served, identity)
  values (known.id, in_number, known.serving = in_number, in_identity)
  on conflict (handler, number) do nothing returning id into made;
  update foldlog.handler_generations g set identity = in_identity
  where g.handler = known.id and g.number = in_number and in_identity is not null and g.identity is null;
  update foldlog.handler_generations g set identity = in_identity
  where g.handler = known.id and g.number = in_number and in_identity is not null and g.identity = in_replaces
  returning g.id into replaced;
  if replaced is not null then
    perform from foldlog.handler_partitions p where p.generation = replaced order by p.partition for update;
    update foldlog.handler_partitions p set epoch = foldlog.next_epoch(p.epoch) where p.generation = replaced;
  end if;

  insert into foldlog.handler_partitions (generation, partition, position, anchor_position, anchor_id, epoch)
  select made, n, known.start, a.anchor_position, a.anchor_id, known.epoch
  from generate_series(0, partitions - 1) n left join foldlog.anchor_at_position(known.start) a on true
  where made is not null;

  return foldlog.generation_json(known, in_number, null);
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.register_handler(text, int, int, bigint, jsonb, jsonb) from public;
