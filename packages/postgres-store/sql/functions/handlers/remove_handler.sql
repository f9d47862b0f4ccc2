-- Removes a handler with all its generations, and returns what it had: {"generations": [number, ...], "position": n,
-- "documents": {kind: n}}. Or returns why it cannot be removed; see foldlog.handler_in_use. There may be millions of
-- documents, so foldlog.purge_retired_documents deletes them.
--
-- The row of the handler remains, with its epoch and without a generation that serves. foldlog.register_handler creates
-- the handler anew.
create or replace function foldlog.remove_handler(handler_name text) returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers := foldlog.lock_handler(handler_name);
  in_use constant text := foldlog.handler_in_use(known);
  targets constant bigint[] := array(
    select g.id from foldlog.handler_generations g where g.handler = known.id and g.number is not null order by g.id
  );
  target bigint;
  removed text;
begin
  if in_use is not null then return in_use; end if;
  removed := json_build_object(
    'generations', (
      select json_agg(g.number order by g.number) from foldlog.handler_generations g where g.id = any (targets)
    ),
    'position', (
      select coalesce(min(p.position), 0) from foldlog.handler_partitions p
      where p.generation = foldlog.generation_id(handler_name, known.serving)
    ),
    'documents', (
      select coalesce(json_object_agg(d.kind, d.count), '{}') from (
        select d.kind, count(*) as count from foldlog.handler_documents d where d.generation = any (targets)
        group by d.kind
      ) d
    )
  )::text;
  foreach target in array targets loop
    update foldlog.handler_generations g set number = null where g.id = target;
    perform foldlog.forget_partitions(known.id, target);
  end loop;
  update foldlog.handlers h set serving = 0, previous = null, rolls_back = false where h.id = known.id;
  return removed;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.remove_handler(text) from public;
