-- A page of a stream, in rows of up to a hundred events: [version, deleted, [event, ...], history]. There is one row at
-- least, with version 0 for a stream without events. `known_history` is the current history, for a caller that has read
-- it in the same snapshot. The events of each row are in the order of versions; read backward from `first`, the rows
-- are not. `stable`: all statements see the snapshot of the call, so the version fits the events.
--
-- A row for each event would cost both sides half as much again as the events. One text for all events would be large
-- memory that is allocated and copied again and again, and could exceed the size of a text. Versions have no gaps, so
-- the first version of a row gives the versions of all its events.
--
-- A long page ends early: after the row with which it has 16,000,000 bytes. A row has a hundred events when all of them
-- are small, and otherwise few (see foldlog.small_event_json), so no row is much longer than that.
create or replace function foldlog.read_stream(
  of_stream text, first bigint, count int, backward boolean, known_history uuid default null
)
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target foldlog.streams; history uuid;
  low bigint; high bigint; from_version bigint; to_version bigint;
  events text; step int := 100; size int := 0;
begin
  if known_history is null then
    -- Not joined: a join would cost a short read a tenth more.
    select s.id, s.version, s.deleted_at, (select l.history from foldlog.log_state l)
    into target.id, target.version, target.deleted_at, history
    from foldlog.streams s where s.name = of_stream and s.version > 0;
    if history is null then select l.history into history from foldlog.log_state l; end if;
  else
    history := known_history;
    select s.id, s.version, s.deleted_at into target.id, target.version, target.deleted_at
    from foldlog.streams s where s.name = of_stream and s.version > 0;
  end if;
  low := greatest(first, 1);
  high := least(case when backward then first else low + count - 1 end, target.version);
  if backward then low := greatest(high - count + 1, 1); end if;

  if target.id is null or target.deleted_at is not null or low > high then
    return next json_build_array(coalesce(target.version, 0), target.deleted_at is not null, '[]'::json, history)::text;
    return;
  end if;

  while low <= high and size < 16000000 loop
    from_version := case when backward then greatest(low, high - step + 1) else low end;
    to_version := case when backward then high else least(high, low + step - 1) end;
    if to_version - from_version < 32 then
      -- So few may have any size: an append stores no event that is longer as text than Limits.eventSize. The look at
      -- their sizes would cost a read of 20 events a tenth.
      select string_agg(text, ',') into events from (
        select foldlog.event_json(null, e) as text from foldlog.events e
        where e.stream = target.id and e.version between from_version and to_version
        order by e.version
      ) ordered;
    else
      select case when count(text) > to_version - from_version then string_agg(text, ',') end into events from (
        select foldlog.small_event_json(null, e) as text from foldlog.events e
        where e.stream = target.id and e.version between from_version and to_version
        order by e.version
      ) ordered;
      if events is null then
        step := 4;
        continue;
      end if;
    end if;
    return next concat('[', target.version, ',false,[', events, '],"', history, '"]');
    size := size + octet_length(events);
    if backward then high := from_version - 1; else low := to_version + 1; end if;
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.read_stream(text, bigint, int, boolean, uuid) from public;
