-- Removes a generation that does not serve: true, or false when it serves. From then on no function finds the
-- generation. Its documents may be millions, so foldlog.purge_retired_documents removes them.
create or replace function foldlog.retire_handler(handler_name text, in_number int)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  known foldlog.handlers := foldlog.lock_handler(handler_name);
  target bigint;
begin
  if known.serving = in_number then return 'false'; end if;
  update foldlog.handler_generations g set number = null where g.handler = known.id and g.number = in_number
  returning g.id into target;
  if target is null then return 'true'; end if;
  perform foldlog.forget_partitions(known.id, target);
  update foldlog.handlers h set previous = nullif(h.previous, in_number),
    rolls_back = h.rolls_back and h.previous <> in_number
  where h.id = known.id;
  return 'true';
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.retire_handler(text, int) from public;
