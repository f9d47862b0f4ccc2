-- The number of the generation, then its pending timers behind a place, by due time and key: at most `count + 1`
-- documents. The last one only says that there is one.
create or replace function foldlog.list_timers(
  handler_name text, in_number int, after_due bigint, after_key text, count int
)
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, in_number);
begin
  return next coalesce((select g.number from foldlog.handler_generations g where g.id = target), 0)::text;
  return query
    select foldlog.document_json(r)
    from foldlog.handler_partitions p
    cross join lateral (
      select d.* from foldlog.handler_documents d
      where d.generation = target and d.kind = 'timer' and d.partition = p.partition and d.due is not null
        and (d.due, d.key) > (after_due, after_key collate "C")
      order by d.due, d.key limit count + 1
    ) r
    where p.generation = target
    order by r.due, r.key limit count + 1;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.list_timers(text, int, bigint, text, int) from public;
