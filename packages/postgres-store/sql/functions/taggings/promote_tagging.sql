-- Notes that all events have the tags of a tagging. Returns whether there is one of that name.
create or replace function foldlog.promote_tagging(tagging_name text) returns text language plpgsql volatile
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  update foldlog.taggings t set promoted = true where t.name = tagging_name;
  return found::text;
end
$body$;

-- Called by: owner.
revoke execute on function foldlog.promote_tagging(text) from public;
