-- Refuses an event that lacks a required tag: its process does not know it. See foldlog.require_tags.
create or replace function foldlog.refuse_untagged() returns trigger language plpgsql as $body$
begin
  raise exception using
    errcode = 'FL008',
    message = format('an event %s lacks a tag that is required since history was tagged anew', new.type),
    hint = 'Replace this process by one whose event codec makes that tag.';
end
$body$;

revoke execute on function foldlog.refuse_untagged() from public;
