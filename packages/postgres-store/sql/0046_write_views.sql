-- Writes the views of appends that were stored, under the locks of foldlog.lock_views. `positions` has the last position of each append of the batch, null for
-- those that were not stored. What was made only to be locked goes.
create function foldlog.write_views(views jsonb, positions bigint[]) returns void language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  change record;
begin
  for change in
    select
      positions[u.place] as position, foldlog.generation_id(v.value ->> 0, (v.value ->> 1)::int) as generation,
      array_agg((c.value ->> 0) collate "C") as keys, array_agg((c.value ->> 2)::int) as partitions, array_agg(c.value -> 3) as data
    from jsonb_array_elements(views) with ordinality u (value, place)
    cross join jsonb_array_elements(nullif(u.value, 'null')) v
    cross join jsonb_array_elements(v.value -> 2) c
    group by u.place, 1, 2
    -- What was refused last: it may have wanted a view that another has made.
    order by positions[u.place] nulls last
  loop
    if change.position is not null then
      update foldlog.handler_documents d set data = w.data, position = change.position, partition = w.partition, due = null, wish = null
      from unnest(change.keys, change.partitions, change.data) w (key, partition, data)
      where d.generation = change.generation and d.kind = 'view' and d.key = w.key and w.data is not null;
    end if;
    delete from foldlog.handler_documents d
    using unnest(change.keys, change.data) w (key, data)
    where d.generation = change.generation and d.kind = 'view' and d.key = w.key
      and (d.position = -1 or change.position is not null and w.data is null);
  end loop;
end
$body$;
