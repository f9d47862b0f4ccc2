-- Adds tags to stored events: [[position, [tag, ...]], ...], each position once, ascending. Returns null, or the first
-- position that has no event: then nothing is added.
--
-- The rows are locked in the order of positions, so that two calls do not wait for each other. Appends lock none of
-- them. Tags that an event had before have their rows in the index already.
create or replace function foldlog.add_tags(additions jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  missing bigint; wrong jsonb;
begin
  perform foldlog.require_read_committed();
  select a.value into wrong from jsonb_array_elements(additions) a where not foldlog.is_tags(a.value -> 1) limit 1;
  if wrong is not null then perform foldlog.raise_invalid_input('an addition of tags', wrong::text); end if;
  select min((a.value ->> 0)::bigint) into missing from jsonb_array_elements(additions) a
  where not exists (select from foldlog.events e where e.position = (a.value ->> 0)::bigint);
  if missing is not null then return missing::text; end if;

  perform from foldlog.events e
  where e.position = any (array(select (a.value ->> 0)::bigint from jsonb_array_elements(additions) a))
  order by e.position for update;

  update foldlog.events e
  set tags = array(select distinct t.tag from unnest(coalesce(e.tags, '{}') || a.tags) t (tag) order by t.tag)
  from (
    select (a.value ->> 0)::bigint as position, array(select jsonb_array_elements_text(a.value -> 1)) as tags
    from jsonb_array_elements(additions) a
  ) a
  where e.position = a.position and not coalesce(e.tags, '{}') @> a.tags;

  insert into foldlog.event_tags (tag, position, type)
  select distinct foldlog.tag_hash(t.tag), e.position, e.type
  from jsonb_array_elements(additions) a
  join foldlog.events e on e.position = (a.value ->> 0)::bigint, jsonb_array_elements_text(a.value -> 1) t (tag)
  on conflict do nothing;
  return null;
end
$body$;

-- Called by: owner.
revoke execute on function foldlog.add_tags(jsonb) from public;
