-- Moves the checkpoint of an open generation to the last event of its categories, and releases its partitions; does
-- nothing for null. The caller has locked the table of inline projections: no append is under way, so every event up to
-- the checkpoint is in the views.
create or replace function foldlog.release_inline_partitions(ended foldlog.inline_projections)
returns void language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint;
  done bigint;
begin
  select g.id into target from foldlog.handler_generations g
  where g.handler = ended.handler and g.number = ended.generation;
  -- The last event of each category, by one lookup in the index of categories. A server that computes `max(position)`
  -- of a category may read the log backward from its end: all of it when the category has no event, while appends wait.
  select max(last.position) into done
  from unnest(ended.categories) c (category)
  cross join lateral (
    select e.category, e.position from foldlog.events e
    where (e.category, e.position) <= (c.category, 9223372036854775807)
    order by e.category desc, e.position desc limit 1
  ) last
  where last.category = c.category;
  delete from foldlog.handler_members m where m.generation = target and m.member = 'appends';
  update foldlog.handler_partitions p
  set holder = null, epoch = foldlog.next_epoch(p.epoch), position = greatest(p.position, done),
    (anchor_position, anchor_id) = (
      select a.anchor_position, a.anchor_id from foldlog.anchor_at_position(greatest(p.position, done)) a
    )
  where p.generation = target;
end
$body$;

revoke execute on function foldlog.release_inline_partitions(foldlog.inline_projections) from public;
