-- Begins to require tags: [[stored name of an event, prefix of a tag, category], ...]; the category is optional.
-- Returns null. What a promoted tagging requires does not change: when this differs from it, this does nothing and
-- returns 'promoted'. The order of the requirements does not count.
--
-- The lock waits until every append that has begun to store events has ended, and keeps others waiting until the
-- trigger is there; readers go on. So every event was either stored before, and can be read when this has ended, or is
-- checked by the trigger. An append that waits for the lock holds other locks; this call holds none while it waits, so
-- there is no deadlock. It waits for 2 seconds at most, because later appends wait behind it.
create or replace function foldlog.require_tags(tagging_name text, required_tags jsonb)
returns text language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan set lock_timeout = '2s'
as $body$
declare
  all_required jsonb;
  differs boolean;
begin
  perform foldlog.require_read_committed();
  lock table foldlog.events in share row exclusive mode;
  insert into foldlog.taggings as t (name, required) values (tagging_name, required_tags)
  on conflict (name) do update set required = excluded.required where not t.promoted;
  -- What is not promoted was replaced just now, so only a promoted tagging can differ.
  select (select jsonb_agg(r.value order by r.value) from jsonb_array_elements(t.required) r)
    is distinct from (select jsonb_agg(r.value order by r.value) from jsonb_array_elements(required_tags) r)
  into differs
  from foldlog.taggings t where t.name = tagging_name;
  if differs then return 'promoted'; end if;
  select jsonb_agg(r.value order by t.name, r.value) into all_required
  from foldlog.taggings t, jsonb_array_elements(t.required) r;
  -- Every append evaluates the first half of the condition, once for each event.
  execute concat(
    'create or replace trigger require_tags before insert on ', $table$foldlog.events$table$,
    ' for each row when (new.type = any (',
    quote_literal(array(select distinct r.value ->> 0 from jsonb_array_elements(all_required) r)),
    '::text[]) and ', $function$foldlog.lacks_tags$function$,
    '(new.type, new.category, new.tags, ', quote_literal(all_required),
    '::jsonb)) execute function ', $function$foldlog.refuse_untagged$function$, '()'
  );
  return null;
end
$body$;

-- Called by: owner.
revoke execute on function foldlog.require_tags(text, jsonb) from public;
