-- The same as foldlog.event_json for an event that is small (see foldlog.is_small). Null for every other event.
create or replace function foldlog.small_event_json(of_stream text, e foldlog.events)
returns text language sql stable as $body$
  select case when foldlog.is_small(e.data, e.metadata) then foldlog.event_json(of_stream, e) end
$body$;

revoke execute on function foldlog.small_event_json(text, foldlog.events) from public;
