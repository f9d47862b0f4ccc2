-- Releases leases: [[name, generation, partition, epoch], ...]. A lease whose epoch is not that of the partition
-- changes nothing: another member owns the partition, or the statement comes late. Rows are locked in the order in
-- which commits lock them.
create or replace function foldlog.release_leases(leases jsonb) returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  perform foldlog.require_read_committed();
  with given as (
    select p.generation, p.partition from foldlog.handler_partitions p
    where (p.generation, p.partition, p.epoch) in (
      select foldlog.generation_id(l ->> 0, (l ->> 1)::int), (l ->> 2)::int, (l ->> 3)::bigint
      from jsonb_array_elements(leases) l
    )
    order by p.generation, p.partition
    for no key update
  )
  update foldlog.handler_partitions p set holder = null from given g
  where p.generation = g.generation and p.partition = g.partition;
  return '';
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.release_leases(jsonb) from public;
