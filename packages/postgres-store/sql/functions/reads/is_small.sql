-- Whether an event is small: its data and its user are neither compressed nor stored outside of the row, so each of
-- them has less than 2 kB, and 60 kB as text at most (a number of 12 bytes may have 309 digits).
--
-- The server knows the length of data as text only after it has written the text. So it first reads a chunk of a page
-- as if all events were small. Only a chunk with other events is read again, in parts; see foldlog.safe_steps.
create or replace function foldlog.is_small(data jsonb, metadata jsonb) returns boolean language sql stable as $body$
  select pg_column_compression(data) is null and pg_column_size(data) < 2048
    and (metadata is null or pg_column_compression(metadata) is null and pg_column_size(metadata) < 2048)
$body$;

revoke execute on function foldlog.is_small(jsonb, jsonb) from public;
