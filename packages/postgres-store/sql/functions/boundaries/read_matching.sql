-- Events that meet a query, see foldlog.matching_positions: one row [horizon, history, log, end, [seen, ...]], then
-- rows [event, ...]. `end`: no more than `max` events meet the query. `seen` is for a read backward: the positions
-- above the horizon of all that meet it. A page of 16,000,000 bytes ends early: then the last row is `more`. Or one row
-- [null, shared, history] when the marker is no place of this log, see foldlog.read_log, or [null] for one of another
-- log.
--
-- The horizon is found first, by a statement of its own. The events are read in a newer snapshot, so everything that
-- meets the query at or before the horizon is among them.
create or replace function foldlog.read_matching(
  items jsonb, settled bigint, seen bigint[], in_history uuid, of_log uuid, max int, backward boolean
)
returns setof text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  last constant bigint := greatest(settled, seen[cardinality(seen)]);
  horizon bigint; history uuid; own_log uuid; positions bigint[]; above bigint[] := '{}'; is_lost boolean := false;
  events text; one text; size int := 0;
begin
  perform foldlog.require_read_committed();
  horizon := foldlog.settled_position();
  select s.history into history from foldlog.log_state s;
  select h.id into own_log from foldlog.log_histories h where h.number = 1;
  if of_log <> own_log then
    return next '[null]';
    return;
  end if;
  -- After the log went back, the history is the same until the next append: then the log ends before the marker. A
  -- marker behind the horizon is not lost when an append is open. The calls are apart, as in foldlog.read_log.
  if in_history <> history then
    is_lost := not foldlog.is_certain_position(last, in_history);
  elsif last > horizon then
    is_lost := not foldlog.is_log_position(last, in_history);
  end if;
  if is_lost then
    return next json_build_array(null, foldlog.common_position(in_history), history)::text;
    return;
  end if;

  if backward then
    -- Both in one statement, so in one snapshot.
    select
      array(select p from foldlog.matching_positions(items, settled, seen, max + 1, true) p),
      array(select p from foldlog.matching_positions(items, greatest(settled, horizon), '{}', 2147483647, false) p)
    into positions, above;
  else
    positions := array(select p from foldlog.matching_positions(items, settled, seen, max + 1, false) p);
  end if;
  return next json_build_array(horizon, history, own_log, cardinality(positions) <= max, above)::text;

  for i in 0 .. (least(cardinality(positions), max) - 1) / 100 loop
    select case when count(text) = count(*) then string_agg(text, ',' order by nth) end into events
    from (
      select foldlog.small_event_json((select s.name from foldlog.streams s where s.id = e.stream), e) as text, p.nth
      from unnest(positions[100 * i + 1 : least(100 * i + 100, max)]) with ordinality p (position, nth)
      join foldlog.events e on e.position = p.position
      offset 0
    ) page;
    if events is not null then
      if events <> '' then return next concat('[', events, ']'); end if;
      size := size + octet_length(events);
    else
      for n in 100 * i + 1 .. least(100 * i + 100, max, cardinality(positions)) loop
        if size >= 16000000 then
          return next 'more';
          return;
        end if;
        select foldlog.event_json((select s.name from foldlog.streams s where s.id = e.stream), e) into one
        from foldlog.events e where e.position = positions[n];
        return next concat('[', one, ']');
        size := size + octet_length(one);
      end loop;
    end if;
    if size >= 16000000 and 100 * i + 100 < least(cardinality(positions), max) then
      return next 'more';
      return;
    end if;
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.read_matching(jsonb, bigint, bigint[], uuid, uuid, int, boolean) from public;
