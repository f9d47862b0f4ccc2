-- All handlers, by name and generation: [[name, generation, role, [partition, ...], [member, ...], parked, timers,
-- commands, [stop, ...]], ...]
-- partition: [partition, position, epoch, holder, until, waiting since, revision]; holder, until and waiting since are
--            null when there is none
-- member:    [member, until, report]
-- stop:      [partition, data, requested_action]
-- Times are in milliseconds since 1970.
create or replace function foldlog.handler_status() returns text language sql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
  select coalesce(json_agg(json_build_array(
    h.name, g.number, foldlog.generation_role(h, g),
    (
      select coalesce(json_agg(json_build_array(
        p.partition, greatest(p.position, inline.position), p.epoch, m.member,
        floor(extract(epoch from foldlog.lease_end(m)) * 1000)::bigint,
        (
          select (extract(epoch from e.recorded_at) * 1000)::bigint
          from foldlog.events e
          where inline.position is null and foldlog.generation_role(h, g) not in ('previous', 'outdated')
            and e.position > p.position
          order by e.position limit 1
        ),
        p.revision
      ) order by p.partition), '[]')
      from foldlog.handler_partitions p
      left join foldlog.handler_members m on m.generation = p.generation and m.member = p.holder
        and foldlog.lease_end(m) > clock_timestamp()
      where p.generation = g.id
    ),
    (
      select coalesce(json_agg(json_build_array(
        m.member, floor(extract(epoch from foldlog.lease_end(m)) * 1000)::bigint, m.report
      ) order by m.member), '[]')
      from foldlog.handler_members m
      where m.generation = g.id and foldlog.lease_end(m) > clock_timestamp() and not m.leaving
    ),
    (
      -- An event that is parked in several partitions or lanes counts once. Its position identifies it. An `input` is
      -- no event, and counts for itself.
      select count(distinct coalesce(case when not d.data ? 'input' then d.data ->> 'position' end, 'at ' || d.key))
      from foldlog.handler_documents d where d.generation = g.id and d.kind = 'parked' and d.kind <> 'view'
    ),
    (
      select count(*) from foldlog.handler_documents d
      where d.generation = g.id and d.kind = 'timer' and d.kind <> 'view'
    ),
    (
      select count(*) from foldlog.handler_documents d
      where d.generation = g.id and d.kind = 'command' and d.kind <> 'view'
    ),
    (
      select coalesce(json_agg(json_build_array(d.partition, d.data, d.requested_action) order by d.key), '[]')
      from foldlog.handler_documents d where d.generation = g.id and d.kind = 'stop' and d.kind <> 'view'
    )
  ) order by h.name, g.number), '[]')::text
  from foldlog.handlers h join foldlog.handler_generations g on g.handler = h.id and g.number is not null
  left join lateral (
    select foldlog.settled_position() as position
    from foldlog.inline_projections i where i.handler = h.id and i.generation = g.number
  ) inline on true
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.handler_status() from public;
