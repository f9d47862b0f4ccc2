-- Whether the client accepts an event with these values. An id or a user that is null is absent.
create or replace function foldlog.is_event(
  type text, correlation_id text, causation_id text, data jsonb, metadata jsonb
)
returns boolean language sql immutable as $body$
  select type <> '' and type || coalesce(correlation_id, '') || coalesce(causation_id, '')
      !~ ('[' || chr(1) || '-' || chr(31) || chr(127) || '-' || chr(159) || ']')
    and foldlog.is_json(data)
    and case when metadata is null then true else jsonb_typeof(metadata) = 'object' and foldlog.is_json(metadata) end
$body$;

revoke execute on function foldlog.is_event(text, text, text, jsonb, jsonb) from public;
