-- Whether the client accepts a document of a handler with these values. `due` is in milliseconds, within the dates of
-- JavaScript.
create or replace function foldlog.is_document(kind text, key text, data jsonb, due bigint)
returns boolean language sql immutable as $body$
  select kind in ('view', 'process', 'command', 'timer', 'parked', 'stop', 'gaps', 'attempts')
    and foldlog.is_document_key(key) and foldlog.is_json(data)
    and coalesce(due between -8640000000000000 and 8640000000000000, true)
$body$;

revoke execute on function foldlog.is_document(text, text, jsonb, bigint) from public;
