-- The registered generations, by name and number:
-- [[name, generation, role, partitions, position, [stop, ...], checkpoint resets, identity], ...]
-- stop: [partition, data, requested_action]
--
-- Every process that runs handlers calls this with each heartbeat. So it counts nothing and reads no event: waiting
-- documents cost nothing, however many there are.
create or replace function foldlog.handler_generations() returns text language sql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
  select coalesce(json_agg(json_build_array(
    h.name, g.number, foldlog.generation_role(h, g), p.partitions, greatest(p.position, inline.position),
    (
      select coalesce(json_agg(json_build_array(d.partition, d.data, d.requested_action) order by d.key), '[]')
      from foldlog.handler_documents d where d.generation = g.id and d.kind = 'stop' and d.kind <> 'view'
    ),
    g.checkpoint_resets, g.identity
  ) order by h.name, g.number), '[]')::text
  from foldlog.handlers h join foldlog.handler_generations g on g.handler = h.id and g.number is not null
  cross join lateral (
    select count(*) as partitions, min(position) as position from foldlog.handler_partitions where generation = g.id
  ) p
  left join lateral (
    select foldlog.settled_position() as position
    from foldlog.inline_projections i where i.handler = h.id and i.generation = g.number
  ) inline on true
$body$;

-- Called by: writer.
revoke execute on function foldlog.handler_generations() from public;
