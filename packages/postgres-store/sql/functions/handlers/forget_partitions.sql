-- Removes the members and the partitions of a generation. The handler keeps the highest of their epochs. Later
-- partitions under its name or its number begin above it. A commit that comes later finds no partition and is fenced.
-- The function waits for a commit that came before.
--
-- The caller has locked the handler and the generation. Rows are locked in the order that all functions share: handler,
-- generation, members, partitions.
create or replace function foldlog.forget_partitions(handler_id bigint, target bigint)
returns void language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  perform from foldlog.handler_members m where m.generation = target order by m.member for update;
  delete from foldlog.handler_members m where m.generation = target;
  perform from foldlog.handler_partitions p where p.generation = target order by p.partition for update;
  with gone as (
    delete from foldlog.handler_partitions p where p.generation = target returning p.epoch
  )
  update foldlog.handlers h set epoch = greatest(h.epoch, (select max(epoch) from gone)) where h.id = handler_id;
end
$body$;

revoke execute on function foldlog.forget_partitions(bigint, bigint) from public;
