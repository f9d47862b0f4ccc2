-- Events of the log before a position, the newest first: one row [seen, end, history], then a row for each event, at
-- most `count + 1`: the last one only says that there is one. Everything from `seen` on was searched; `end` is true
-- when nothing that matches is before it. The row `more` is the last one when the answer ends early, because it has
-- 16,000,000 bytes.
--
-- filter: {"categories": [...], "streams": [...], "prefix": "...", "types": [...], "tags": [...],
--          "correlation": "...", "causation": "...", "since": milliseconds, "until": milliseconds}, each part optional
--
-- Streams, categories, and the ids that have an index (see foldlog.inspection_index_changes) are looked up. All else
-- is compared event by event, with at most 100,000 positions in a call, so every call ends soon.
--
-- A time becomes a range of positions first. The range is a minute wider, because times may be out of order by that.
create or replace function foldlog.search_log(before bigint, count int, filter jsonb)
returns setof text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $body$
declare
  settled bigint; history uuid; low bigint := 0; high bigint; seen bigint;
  prefix constant text := filter ->> 'prefix';
  categories text[] := case when filter ? 'categories' then
    array(select distinct jsonb_array_elements_text(filter -> 'categories')) end;
  ids constant bigint[] := case when filter ? 'streams' then array(
    select s.id from foldlog.streams s where s.name in (select jsonb_array_elements_text(filter -> 'streams'))
  ) end;
  since constant timestamptz := case when filter ? 'since' then
    timestamptz 'epoch' + greatest(-60000000000000, (filter ->> 'since')::bigint) * interval '1 millisecond' end;
  until constant timestamptz := case when filter ? 'until' then
    timestamptz 'epoch' + greatest(-60000000000000, (filter ->> 'until')::bigint) * interval '1 millisecond' end;
  conditions text := 'e.position > $1 and e.position <= $2';
  selected bigint[]; is_lookup boolean;
begin
  perform foldlog.require_read_committed();
  settled := foldlog.settled_position();
  select s.history into history from foldlog.log_state s;
  high := least(before - 1, settled);
  if until is not null then
    high := least(high, foldlog.position_at_time(until + interval '1 minute', settled));
    conditions := conditions || ' and e.recorded_at < $9';
  end if;
  if since is not null then
    low := foldlog.position_at_time(since - interval '1 minute', settled);
    conditions := conditions || ' and e.recorded_at >= $8';
  end if;
  -- A prefix that goes beyond the first dash names one category.
  if categories is null and strpos(prefix, '-') > 0 then categories := array[split_part(prefix, '-', 1)]; end if;
  if filter ? 'types' then
    conditions := conditions || $query$ and e.type in (select jsonb_array_elements_text($4))$query$;
  end if;
  if filter ? 'correlation' then conditions := conditions || ' and e.correlation_id = $5'; end if;
  if filter ? 'causation' then conditions := conditions || ' and e.causation_id = $6'; end if;
  if prefix is not null then
    conditions := conditions
      || $query$ and starts_with((select s.name from foldlog.streams s where s.id = e.stream), $7)$query$;
  end if;
  if filter ? 'tags' then
    conditions := conditions || $query$ and e.tags @> array(select jsonb_array_elements_text($12))$query$;
  end if;
  if categories is not null then conditions := conditions || ' and e.category = any ($10)'; end if;

  is_lookup := ids is not null
    or not filter ?| array['types', 'tags', 'prefix', 'correlation', 'causation', 'since', 'until']
    or exists (
      select from pg_index x join pg_attribute a on a.attrelid = x.indrelid and a.attnum = x.indkey[0]
      where x.indrelid = (select e.tableoid from foldlog.events e limit 1) and x.indisvalid
        and (
          a.attname = 'correlation_id' and filter ? 'correlation'
          or a.attname = 'causation_id' and filter ? 'causation'
        )
    );
  seen := case when is_lookup then low else greatest(low, (
    -- Null, and so `low`, when nothing is before it.
    select max(e.position) - 100000 from foldlog.events e where e.position <= high
  )) end;

  execute format(
    case
      when ids is not null then $query$
        select array(
          select e.position from unnest($11) i cross join lateral (
            select e.position from foldlog.events e where e.stream = i and %s order by e.version desc limit $3
          ) e
          order by e.position desc limit $3
        )$query$
      when categories is not null and not filter ?| array['correlation', 'causation'] then $query$
        select array(
          select e.position from unnest($10) c cross join lateral (
            select e.position from foldlog.events e where e.category = c and %s order by e.position desc limit $3
          ) e
          order by e.position desc limit $3
        )$query$
      else $query$
        select array(select e.position from foldlog.events e where %s order by e.position desc limit $3)$query$
    end, conditions
  )
  into selected
  using seen, high, count + 1, filter -> 'types', filter ->> 'correlation', filter ->> 'causation', prefix,
    since, until, categories, ids, filter -> 'tags';

  return next json_build_array(seen + 1, seen <= low, history)::text;
  return query select foldlog.event_texts(selected);
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.search_log(bigint, int, jsonb) from public;
