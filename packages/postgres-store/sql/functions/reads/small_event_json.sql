-- The same as foldlog.event_json for an event that is small: its data and its user are neither compressed nor stored
-- outside of the row, so each of them has less than 2 kB, and 60 kB as text at most (a number of 12 bytes may have 309
-- digits). Null for every other event.
--
-- The server knows the length of an event as text only after it has written the text. So it first reads a page as if
-- all events were small. Only a page with nulls is read again, a few events at a time, or by a cursor.
create or replace function foldlog.small_event_json(of_stream text, e foldlog.events)
returns text language sql stable as $body$
  select case
    when pg_column_compression(e.data) is null and pg_column_size(e.data) < 2048
      and (e.metadata is null or pg_column_compression(e.metadata) is null and pg_column_size(e.metadata) < 2048)
    then foldlog.event_json(of_stream, e)
  end
$body$;

revoke execute on function foldlog.small_event_json(text, foldlog.events) from public;
