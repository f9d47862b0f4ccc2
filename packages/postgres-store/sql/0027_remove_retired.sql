-- Removes documents of retired generations, so many at most: true when none is left. Whoever retires calls it until then, for those too who
-- died in the middle. Two at once share the work: each passes over what the other has in hand.
create function foldlog.remove_retired(count int) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint;
  removed bigint;
begin
  perform foldlog.require_read_committed();
  select g.id into target from foldlog.handler_generations g where g.number is null order by g.id limit 1 for update skip locked;
  if target is null then return 'true'; end if;
  with gone as (
    delete from foldlog.handler_documents d using (
      select k.generation, k.kind, k.key from foldlog.handler_documents k where k.generation = target order by k.kind, k.key limit count
    ) first
    where d.generation = first.generation and d.kind = first.kind and d.key = first.key
    returning 1
  )
  select count(*) into removed from gone;
  if removed < count then delete from foldlog.handler_generations g where g.id = target; end if;
  return 'false';
end
$body$;
