-- Removes at most `count` documents of a retired generation; true when no retired generation is left. The caller that
-- retires a generation repeats the call until then, which also finishes the work of callers that died. Two calls at
-- once share the work: each skips the generation that the other has locked.
create or replace function foldlog.purge_retired_documents(count int) returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint;
  next_kind text;
begin
  perform foldlog.require_read_committed();
  select g.id into target from foldlog.handler_generations g where g.number is null order by g.id limit 1
  for update skip locked;
  if target is null then return 'true'; end if;
  select min(d.kind) into next_kind from foldlog.handler_documents d where d.generation = target;
  if next_kind is null then
    delete from foldlog.handler_generations g where g.id = target;
  else
    delete from foldlog.handler_documents d
    where d.generation = target and d.kind = next_kind and d.key = any (array(
      select k.key from foldlog.handler_documents k
      where k.generation = target and k.kind = next_kind order by k.key limit count
    ));
  end if;
  return 'false';
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.purge_retired_documents(int) from public;
