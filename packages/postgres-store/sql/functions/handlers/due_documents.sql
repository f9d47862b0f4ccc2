-- The documents of these partitions that are due now, at most `count`, the longest due first. Before them one row
-- [next, now]: when the next document will be due (null when none will), and the time by which that was judged.
--
-- Each partition takes two lookups in an index, so documents that are not due yet cost nothing. `stable`: all
-- statements see the snapshot of the call.
create or replace function foldlog.due_documents(handler_name text, in_number int, partitions jsonb, count int)
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, in_number);
  wanted int[] := array(select distinct value::int from jsonb_array_elements_text(partitions));
  moment bigint := foldlog.clock_ms();
  ready bigint[];
begin
  ready := array(
    select d.due from unnest(wanted) w
    cross join lateral (
      select due from foldlog.handler_documents
      where generation = target and partition = w and due <= moment order by due limit count + 1
    ) d
    order by d.due limit count + 1
  );
  return next json_build_array(case when cardinality(ready) > count then ready[count + 1] else (
    select min(d.due) from unnest(wanted) w
    cross join lateral (
      select due from foldlog.handler_documents
      where generation = target and partition = w and due > moment order by due limit 1
    ) d
  ) end, moment)::text;
  if cardinality(ready) = 0 then return; end if;
  return query
    select foldlog.document_json(d) from unnest(wanted) w
    cross join lateral (
      select * from foldlog.handler_documents
      where generation = target and partition = w and due <= moment order by due, key limit count
    ) d
    order by d.due, d.key limit count;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.due_documents(text, int, jsonb, int) from public;
