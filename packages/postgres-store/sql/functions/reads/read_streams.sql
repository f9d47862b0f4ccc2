-- Several reads in one call: for each, in order, what foldlog.read_stream returns for the first hundred of its events.
-- That is one row, or several lines with a row each when these events are long; it may have fewer events then. Null
-- when the reads before it have 16,000,000 bytes: the caller then reads that stream alone. `stable`: all statements see
-- the snapshot of the call.
create or replace function foldlog.read_streams(streams text[], firsts bigint[], counts int[])
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  stream text; first bigint; count int;
  page text; size bigint := 0;
  history constant uuid := (select l.history from foldlog.log_state l);
begin
  for stream, first, count in select * from unnest(streams, firsts, counts) loop
    page := null;
    if size < 16000000 then
      select string_agg(row, chr(10)) into page
      from foldlog.read_stream(stream, first, least(count, 100), false, history) as answer (row);
      size := size + octet_length(page);
    end if;
    return next page;
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.read_streams(text[], bigint[], int[]) from public;
