-- A page of a stream, in rows of up to 250 events. `header` is [version, deleted, history, first version of the row],
-- the other columns are those of foldlog.stream_columns. There is one row at least, with version 0 for a stream without
-- events. The events of each row are in the order of versions; read backward from `first`, the rows are not.
-- `stable`: all statements see the snapshot of the call, so the version fits the events.
--
-- Two statements, and not one that joins the events: Postgres prepares a statement anew for each call, and a stream
-- without events, which most new streams are read as once, would pay for all columns. For the same reason there are few
-- expressions. More events in a row would be large memory that is allocated and copied again and again.
--
-- A long page ends early: after the row with which it has 16,000,000 bytes. A row has 250 events when all of them are
-- small, and otherwise few (see foldlog.safe_steps), so no row is much longer than that.
create or replace function foldlog.read_stream(of_stream text, first bigint, count int, backward boolean)
returns table (
  header text, data text, envelopes bytea, types text, correlation_ids text, causation_ids text, users text
)
language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint; newest bigint; history uuid; low bigint; high bigint; from_version bigint; to_version bigint;
  size int := 0; steps int[];
begin
  select
    s.id, s.version, l.history,
    concat(
      '[', coalesce(s.version, 0), case when s.deleted_at is null then ',false,"' else ',true,"' end, l.history, '",1]'
    ),
    greatest(case when backward then least(first, s.version) - count + 1 else first end, 1),
    case when s.deleted_at is null then least(case when backward then first else first + count - 1 end, s.version) end
  into target, newest, history, header, low, high
  from foldlog.log_state l left join foldlog.streams s on s.name = of_stream and s.version > 0;
  if (target is not null and low <= high) is not true then
    return next;
    return;
  end if;

  -- Most pages end here. As few events as 32 may have any size: an append stores no event that is longer as text than
  -- Limits.eventSize.
  if not backward and high < low + 250 then
    select concat('[', newest, ',false,"', history, '",', low, ']'), e.*
    into header, data, envelopes, types, correlation_ids, causation_ids, users
    from foldlog.stream_columns(target, low, high, high < low + 32) e;
    if data is not null then
      return next;
      return;
    end if;
  end if;

  while low <= high and size < 16000000 loop
    from_version := case when backward then greatest(low, high - coalesce(steps[1], 250) + 1) else low end;
    to_version := case when backward then high else least(high, low + coalesce(steps[1], 250) - 1) end;
    select concat('[', newest, ',false,"', history, '",', from_version, ']'), e.*
    into header, data, envelopes, types, correlation_ids, causation_ids, users
    from foldlog.stream_columns(
      target, from_version, to_version, steps[1] is not null or to_version < from_version + 32
    ) e;
    if data is null then
      steps := foldlog.safe_steps(envelopes, 36, backward);
      continue;
    end if;
    return next;
    size := size + octet_length(data);
    steps := steps[2:];
    if backward then high := from_version - 1; else low := to_version + 1; end if;
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.read_stream(text, bigint, int, boolean) from public;
