-- The user of an event as reads return it: with the tags of the event, if it has any, as {"$tags": [...], "user": ...}.
-- Few events have tags, so reads have no column for them. `stable`, as the function that it calls: else the planner
-- does not put its body into the statement, and calls it for every event.
create or replace function foldlog.stored_user(metadata jsonb, tags text[]) returns jsonb language sql stable
as $body$
  select case when tags is null then metadata else jsonb_build_object('$tags', tags, 'user', metadata) end
$body$;

revoke execute on function foldlog.stored_user(jsonb, text[]) from public;
