-- Sets generations of a handler back after the log went back. Returns the position of the furthest partition before;
-- null when there is no such handler; false, and changes nothing, when a partition differs from `read_partitions`.
--
-- read_partitions: [[generation, partition, epoch, revision], ...], all partitions of the generations that are set back
--
-- The position was computed from these partitions. Every commit raises a revision, and this function raises every
-- epoch. So of two calls that were computed from the same partitions, the second changes nothing, whatever came
-- between.
--
-- The partitions are locked in the order in which commits lock them: the function waits for a commit under way, and
-- then finds its revision. A later commit is fenced by its epoch.
create or replace function foldlog.reset_checkpoints(handler_name text, to_position bigint, read_partitions jsonb)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers := foldlog.lock_handler(handler_name);
  targets constant bigint[] := array(
    select g.id from foldlog.handler_generations g
    where g.handler = known.id
      and g.number in (select (r.value ->> 0)::int from jsonb_array_elements(read_partitions) r)
    order by g.id
    for no key update
  );
  furthest bigint;
begin
  if known.id is null then return 'null'; end if;
  if (to_position >= 0) is not true then perform foldlog.raise_invalid_input('a position', to_position::text); end if;
  select max(p.position) into furthest from (
    select * from foldlog.handler_partitions p where p.generation = any (targets)
    order by p.generation, p.partition for update
  ) p;
  if (select count(*) from foldlog.handler_partitions p where p.generation = any (targets))
      <> (select count(distinct r.value) from jsonb_array_elements(read_partitions) r)
    or exists (
      select (r.value ->> 0)::int, (r.value ->> 1)::int, (r.value ->> 2)::bigint, (r.value ->> 3)::bigint
      from jsonb_array_elements(read_partitions) r
      except
      select g.number, p.partition, p.epoch, p.revision
      from foldlog.handler_generations g join foldlog.handler_partitions p on p.generation = g.id
      where g.id = any (targets)
    )
  then
    return 'false';
  end if;

  -- A checkpoint or a document of gaps beyond the position proves that documents were made from events beyond it.
  update foldlog.handler_generations g set checkpoint_resets = g.checkpoint_resets + 1, invalidated = g.invalidated
    or exists (select from foldlog.handler_partitions p where p.generation = g.id and p.position > to_position)
    or exists (
      select from foldlog.handler_documents d
      where d.generation = g.id and d.kind = 'gaps' and d.kind <> 'view'
        and coalesce((d.data ->> 'doneTo')::bigint > to_position, true)
    )
  where g.id = any (targets);
  update foldlog.handlers h set previous = null, rolls_back = false
  where h.id = known.id
    and exists (
      select from foldlog.handler_generations g where g.handler = h.id and g.number = h.previous and g.invalidated
    );

  -- The store itself keeps its leases: those of a frozen generation, and those of an inline projection.
  update foldlog.handler_partitions p
  set epoch = foldlog.next_epoch(p.epoch),
    holder = case when p.holder in ('kept', 'appends') then p.holder end
  where p.generation = any (targets);
  update foldlog.handler_partitions p
  set position = to_position,
    (anchor_position, anchor_id) = (
      select a.anchor_position, a.anchor_id from foldlog.anchor_at_position(to_position) a
    )
  where p.generation = any (targets) and p.position > to_position;

  -- A parked event is read from the log again. A parked `input` is no event, and is in no other place, so it stays.
  -- A document of gaps stays true when everything that it reports as done is at or before the position.
  delete from foldlog.handler_documents d
  where d.generation = any (targets) and d.kind in ('stop', 'gaps', 'parked', 'attempts') and d.kind <> 'view'
    and (
      d.kind <> 'parked'
      or not d.data ? 'input' and coalesce((d.data ->> 'position')::bigint, d.position) > to_position
    )
    and (d.kind <> 'gaps' or coalesce((d.data ->> 'doneTo')::bigint > to_position, true));
  return furthest::text;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.reset_checkpoints(text, bigint, jsonb) from public;
