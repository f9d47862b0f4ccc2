-- Sets a generation back after the log went back. Returns the position of the furthest partition before; null when
-- there is no such generation.
--
-- The partitions are locked in the order in which commits lock them, and every epoch rises: the function waits for a
-- commit that is under way, and a later commit is fenced.
create function foldlog.set_back_handler(handler_name text, in_number int, to_position bigint) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target constant bigint := foldlog.generation_id(handler_name, in_number);
  furthest bigint;
begin
  perform foldlog.locked_handler(handler_name);
  select max(p.position) into furthest from (
    select * from foldlog.handler_partitions p where p.generation = target order by p.partition for update
  ) p;
  if furthest is null then return 'null'; end if;

  -- Not the leases that the store itself holds: those of a frozen generation, or of an inline projection.
  update foldlog.handler_partitions p
  set epoch = foldlog.next_epoch(p.epoch),
    holder = case when p.holder in ('kept', 'appends') then p.holder end
  where p.generation = target;
  update foldlog.handler_partitions p
  set position = to_position, (anchor_position, anchor_id) = (select a.anchor_position, a.anchor_id from foldlog.anchor_at(to_position) a)
  where p.generation = target and p.position > to_position;

  -- A note of what is done beyond a checkpoint is true as long as all of that is at or before the position.
  delete from foldlog.handler_documents d
  where d.generation = target and d.kind in ('stop', 'ahead', 'parked') and d.kind <> 'view'
    and (d.kind <> 'parked' or coalesce((d.data ->> 'position')::bigint, d.position) > to_position)
    and (d.kind <> 'ahead' or coalesce((d.data ->> 'doneTo')::bigint > to_position, true));
  return furthest::text;
end
$body$;

alter function foldlog.set_back_handler(text, int, bigint) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function foldlog.set_back_handler(text, int, bigint) from public;
