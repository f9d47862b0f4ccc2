-- Renews the leases of members, and takes partitions that are free or whose holder has expired, up to the fair share.
-- One answer for each heartbeat, in order:
-- [[surplus, next, [[partition, epoch, revision, position, anchor position, anchor id, released], ...], known,
-- history], ...]
--
-- known: whether the generation is registered
-- next:  in how many milliseconds the first lease of another member expires, unless it is renewed; null when there is
--        none. A heartbeat at that moment takes the partitions as soon as they are free. It is a twelfth of the own
--        lease at most in two cases: a partition is free and could not be taken, because of the share or of a commit
--        under way; or another member has more than its fair share while this one has less. The next heartbeat of that
--        other member reports its surplus, and it releases some.
--
-- Mutual exclusion. Two members never take one partition, and no member takes one that its holder renews. A heartbeat
-- that joins or takes locks the row of the generation before it reads partitions and members. Before it takes, it
-- deletes expired members, skipping rows that are locked, because those are being renewed. A member that was deleted
-- while it waited begins again, as one that joins.
--
-- No starvation and no deadlock. Rows are locked in one order: generations by id, then members by id and name. Nothing
-- else is waited for. Partitions and expired members are locked only when they are free at once (`skip locked`): a
-- heartbeat never waits for a commit, and a commit waits for a heartbeat only when it has lost its partition to it. A
-- member that has its share waits only for a heartbeat that tries to delete it.
--
-- A heartbeat that arrives late, from an abandoned connection, gives a member that has gone one lease time more at
-- most.
create or replace function foldlog.heartbeat(heartbeats jsonb) returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  contested bigint[];
  beat record;
begin
  perform foldlog.require_read_committed();
  -- The store itself uses the member names `appends` and `kept`.
  perform foldlog.raise_invalid_input('a heartbeat', b.value::text) from jsonb_array_elements(heartbeats) b
  where (
    foldlog.is_name(b.value ->> 2, 256) and b.value ->> 2 not in ('appends', 'kept')
    and (b.value ->> 3)::bigint between 1 and 86400000 and (b.value ->> 4)::int between 0 and 1024
    and foldlog.is_json(b.value -> 5)
  ) is not true;

  contested := array(
    select g.id from foldlog.handler_generations g
    where g.number is not null and g.id in (
      select b.generation
      from foldlog.heartbeat_rows(heartbeats) b, foldlog.member_share(b.generation, b.member, b.capacity) s
      where s.own < s.share and s.free > 0 or (b.capacity > 0 or s.own > 0) and not exists (
        select from foldlog.handler_members m where m.generation = b.generation and m.member = b.member
      )
    )
    order by g.id
    for no key update
  );

  perform from foldlog.handler_members m
  where (m.generation, m.member) in (select b.generation, b.member from foldlog.heartbeat_rows(heartbeats) b)
  order by m.generation, m.member
  for no key update;

  -- From here on nothing waits. The last of several heartbeats of one member counts.
  update foldlog.handler_members m
  set until = clock_timestamp() + b.lease_time * interval '1 millisecond', leaving = b.capacity = 0, report = b.report,
    lease_time = b.lease_time * interval '1 millisecond'
  from (
    select distinct on (b.generation, b.member) b.* from foldlog.heartbeat_rows(heartbeats) b
    order by b.generation, b.member, b.place desc
  ) b
  where m.generation = b.generation and m.member = b.member;

  insert into foldlog.handler_members (generation, member, until, leaving, report, lease_time)
  select
    b.generation, b.member, clock_timestamp() + b.lease_time * interval '1 millisecond', b.capacity = 0, b.report,
    b.lease_time * interval '1 millisecond'
  from foldlog.heartbeat_rows(heartbeats) b, foldlog.member_share(b.generation, b.member, b.capacity) s
  where b.generation = any (contested) and (b.capacity > 0 or s.own > 0)
  order by b.place desc
  on conflict do nothing;

  if exists (
    select from foldlog.heartbeat_rows(heartbeats) b, foldlog.member_share(b.generation, b.member, b.capacity) s
    where b.generation is not null and (b.capacity > 0 or s.own > 0)
      and not exists (select from foldlog.handler_members m where m.generation = b.generation and m.member = b.member)
  ) then
    raise exception using errcode = '40001',
      message = 'a member was removed as expired while its heartbeat waited: it joins again';
  end if;

  delete from foldlog.handler_members m using (
    select d.generation, d.member from foldlog.handler_members d
    where d.generation = any (contested) and foldlog.lease_end(d) <= clock_timestamp()
    for update skip locked
  ) dead
  where m.generation = dead.generation and m.member = dead.member;

  for beat in
    select * from foldlog.heartbeat_rows(heartbeats) b where b.generation = any (contested) order by b.place
  loop
    update foldlog.handler_partitions p set holder = beat.member, epoch = foldlog.next_epoch(p.epoch),
      released = p.holder is null
    from (
      select f.generation, f.partition from foldlog.handler_partitions f
      where f.generation = beat.generation and (f.holder is null or f.holder <> beat.member)
        and not exists (select from foldlog.handler_members m where m.generation = f.generation and m.member = f.holder)
      order by f.partition
      limit (select greatest(0, s.share - s.own)
        from foldlog.member_share(beat.generation, beat.member, beat.capacity) s)
      for no key update skip locked
    ) free
    where p.generation = free.generation and p.partition = free.partition;
  end loop;

  delete from foldlog.handler_members m using foldlog.heartbeat_rows(heartbeats) b
  where m.generation = b.generation and m.member = b.member and m.leaving
    and not exists (select from foldlog.handler_partitions p where p.generation = m.generation and p.holder = m.member);

  return (
    select coalesce(json_agg(json_build_array(
      greatest(0, s.own - s.share),
      least(
        case when s.next is not null
          then greatest(0, ceil(extract(epoch from s.next - clock_timestamp()) * 1000))::bigint end,
        case when b.capacity > 0 and s.free > 0 or s.own < s.share and exists (
          select from foldlog.handler_partitions p
          where p.generation = b.generation and p.holder <> b.member group by p.holder having count(*) > s.share
        ) then b.lease_time / 12 end
      ),
      coalesce((
        select json_agg(json_build_array(
          p.partition, p.epoch, p.revision, p.position, p.anchor_position, p.anchor_id, p.released
        ) order by p.partition)
        from foldlog.handler_partitions p where p.generation = b.generation and p.holder = b.member
      ), '[]'),
      b.generation is not null,
      (select s.history from foldlog.log_state s)
    ) order by b.place), '[]')::text
    from foldlog.heartbeat_rows(heartbeats) b, foldlog.member_share(b.generation, b.member, b.capacity) s
  );
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.heartbeat(jsonb) from public;
