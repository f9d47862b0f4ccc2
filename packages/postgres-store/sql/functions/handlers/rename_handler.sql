-- Gives a handler another name, and returns true. Or returns why it cannot be renamed (see foldlog.handler_in_use), or
-- "taken" when another handler has the new name.
--
-- Workers may still run that began under either name. Under the new name every epoch is above those of both, so that
-- their commits are fenced. Under the old name a row remains for the epoch, as after foldlog.remove_handler.
--
-- Both rows are locked in the order of names, so that two calls do not wait for each other. A row with the new name is
-- inserted first: otherwise a registration of that name at the same moment would break the rule that names are unique.
create or replace function foldlog.rename_handler(handler_name text, new_name text)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers;
  former foldlog.handlers;
  in_use text;
  highest bigint;
begin
  perform foldlog.require_read_committed();
  if not exists (select from foldlog.handlers h where h.name = handler_name and h.serving <> 0) then
    return 'null';
  end if;
  insert into foldlog.handlers (name, serving, start) values (new_name, 0, 0) on conflict (name) do nothing;
  perform from foldlog.handlers h where h.name in (handler_name, new_name) order by h.name for update;
  known := foldlog.lock_handler(handler_name);
  former := foldlog.lock_handler(new_name);
  in_use := foldlog.handler_in_use(known);
  if in_use is not null then return in_use; end if;
  if former.serving <> 0 then return '"taken"'; end if;

  select greatest(known.epoch, max(p.epoch)) into highest
  from foldlog.handler_generations g join foldlog.handler_partitions p on p.generation = g.id
  where g.handler = known.id and g.number is not null;
  delete from foldlog.handlers h where h.id = former.id;
  update foldlog.handlers h set name = new_name, epoch = greatest(highest, former.epoch) where h.id = known.id;
  insert into foldlog.handlers (name, serving, start, epoch) values (handler_name, 0, 0, highest);

  perform from foldlog.handler_members m join foldlog.handler_generations g on g.id = m.generation
  where g.handler = known.id and g.number is not null order by m.generation, m.member for update of m;
  delete from foldlog.handler_members m using foldlog.handler_generations g
  where g.id = m.generation and g.handler = known.id and g.number is not null and m.member <> 'kept';
  perform from foldlog.handler_partitions p join foldlog.handler_generations g on g.id = p.generation
  where g.handler = known.id and g.number is not null order by p.generation, p.partition for update of p;
  update foldlog.handler_partitions p
  set epoch = foldlog.next_epoch(greatest(highest, former.epoch)),
    holder = case when p.holder = 'kept' then p.holder end
  from foldlog.handler_generations g
  where g.id = p.generation and g.handler = known.id and g.number is not null;
  return 'true';
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.rename_handler(text, text) from public;
