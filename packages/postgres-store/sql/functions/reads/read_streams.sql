-- Several reads in one call: for each, in order, the rows that foldlog.read_stream returns for the first hundred of its
-- events. `page` is the number of the read, from 1. That is one row, or several when these events are long; they may be
-- fewer events then. After 16,000,000 bytes no further pages are returned: the caller then reads those streams alone.
-- `stable`: all statements see the snapshot of the call.
--
-- One statement reads all pages. A call of foldlog.read_stream for each would prepare its statements again and again.
-- The cursor returns one page at a time, so that the server has no more texts than it sends.
create or replace function foldlog.read_streams(streams text[], firsts bigint[], counts int[])
returns table (
  header text, data text, envelopes bytea, types text, correlation_ids text, causation_ids text, users text,
  page bigint
)
language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  size bigint := 0;
  pages cursor for
    select
      concat(
        '[', coalesce(s.version, 0), case when s.deleted_at is null then ',false,"' else ',true,"' end, l.history, '",',
        p.first, ']'
      ),
      e.*, p.page
    from foldlog.log_state l
    cross join unnest(streams, firsts, counts) with ordinality p (stream, first, count, page)
    left join foldlog.streams s on s.name = p.stream and s.version > 0
    left join lateral foldlog.stream_columns(
      s.id, p.first, p.first + least(p.count, 100) - 1, least(p.first + p.count, s.version) < p.first + 32
    ) e on s.deleted_at is null
    order by p.page;
begin
  open pages;
  loop
    exit when size >= 16000000;
    fetch pages into header, data, envelopes, types, correlation_ids, causation_ids, users, page;
    exit when page is null;
    if data is null and types is not null then
      return query
        select r.*, page from foldlog.read_stream(streams[page], firsts[page], least(counts[page], 100), false) r;
      size := size + 1000000;
    else
      return next;
      size := size + octet_length(data);
    end if;
  end loop;
  close pages;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.read_streams(text[], bigint[], int[]) from public;
