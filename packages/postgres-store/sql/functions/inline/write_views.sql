-- Writes the views of appends that were stored, under the locks of foldlog.lock_views. `positions` has the last
-- position of each append of the batch, null for those that were not stored. Rows that were inserted only to be locked
-- are removed.
create or replace function foldlog.write_views(views jsonb, positions bigint[]) returns void language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  at bigint[]; generations bigint[]; keys text[]; partitions int[]; contents jsonb[];
begin
  select
    array_agg(positions[u.place]), array_agg(foldlog.generation_id(v.value ->> 0, (v.value ->> 1)::int)),
    array_agg(c.value ->> 0), array_agg((c.value ->> 2)::int), array_agg(c.value -> 3)
  into at, generations, keys, partitions, contents
  from jsonb_array_elements(views) with ordinality u (value, place)
  cross join jsonb_array_elements(nullif(u.value, 'null')) v
  cross join jsonb_array_elements(v.value -> 2) c;

  -- No two stored appends of a batch change one view.
  update foldlog.handler_documents d
  set
    data = case
      when foldlog.is_json(w.data) then w.data else foldlog.raise_invalid_input('a view', w.data::text)::jsonb
    end,
    position = w.position, partition = w.partition, due = null, requested_action = null
  from unnest(at, generations, keys, partitions, contents) w (position, generation, key, partition, data)
  where w.position is not null and w.data is not null
    and d.generation = w.generation and d.kind = 'view' and d.key = w.key;

  -- Views that were removed, and rows that were inserted only to be locked.
  delete from foldlog.handler_documents d
  using unnest(at, generations, keys, contents) w (position, generation, key, data)
  where (w.position is null or w.data is null) and d.generation = w.generation and d.kind = 'view' and d.key = w.key
    and (w.position is not null or d.position = -1);
end
$body$;

revoke execute on function foldlog.write_views(jsonb, bigint[]) from public;
