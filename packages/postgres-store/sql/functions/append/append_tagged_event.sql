-- Stores one append of one event with tags or conditions, as foldlog.append_event stores one without: to one stream, at
-- an exact version or any, while no projection is inline for its category. An idle store sends most decisions here.
-- Returns what foldlog.append returns. What it cannot store itself, it passes to foldlog.append in the same call. So a
-- refused decision gets in one round trip what has appeared.
--
-- For the parameters see foldlog.append_tagged; here they are those of one event and one append. `tags` may be empty.
--
-- No deadlock, no gap, and a condition misses no event: the order of locks, floor, look and position is that of
-- foldlog.append. When that one is called it begins anew: the rollback of the subtransaction has released all locks
-- that were taken.
create or replace function foldlog.append_tagged_event(
  to_stream text, of_category text, expected bigint, in_history uuid,
  event_id uuid, event_type text, event_schema_version smallint, payload jsonb,
  correlation text, causation text, event_metadata jsonb,
  tags text[], guards text[], guard_positions bigint[], marker_log uuid, marker_history uuid, conditions text
) returns text language plpgsql
security definer set search_path = pg_catalog, pg_temp
-- As in foldlog.append_event.
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
set lock_timeout = '5s'
as $body$
declare
  inline boolean; history uuid; lives boolean; own_log uuid; stream_id bigint; stream_category text; reached bigint;
  log regclass; floor bigint; locked boolean; now_ms timestamptz; drawn bigint; space int; keys int; are_valid boolean;
  has_more boolean;
begin
  if current_setting('transaction_isolation') <> 'read committed' then perform foldlog.require_read_committed(); end if;
  begin
    -- As in foldlog.append_event. The client sends no more keys than foldlog.append locks.
    if (
      event_schema_version >= 1 and event_type <> '' and expected >= -1
      and (event_metadata is null or jsonb_typeof(event_metadata) = 'object')
      and cardinality(tags) <= 32 and cardinality(guards) <= 384
    ) is not true then
      raise sqlstate 'FL900';
    end if;
    lock table foldlog.log_state in row share mode;
    select s.positions, of_category = any (s.inline), s.history, s.is_current into log, inline, history, lives
    from foldlog.checked_log_state s;
    if lives is not true or inline or in_history <> history or marker_history <> history then
      raise sqlstate 'FL900';
    end if;
    -- The id of the first history is the id of the log.
    own_log := history;
    if marker_log is distinct from own_log then
      select h.id into own_log from foldlog.log_histories h where h.number = 1;
      if marker_log <> own_log then raise sqlstate 'FL900'; end if;
    end if;

    if expected <> 0 then
      update foldlog.streams s set version = version + 1
      where s.name = to_stream and s.deleted_at is null and s.category = of_category
        and (expected = -1 or s.version = expected)
      returning id, category, version into stream_id, stream_category, reached;
    end if;
    if expected <= 0 and stream_id is null then
      if foldlog.is_plain_stream(to_stream, of_category) is not true then raise sqlstate 'FL900'; end if;
      insert into foldlog.streams (name, category, version) values (to_stream, of_category, 1)
      on conflict (name) do nothing
      returning id, category, version into stream_id, stream_category, reached;
    end if;
    if stream_id is null then raise sqlstate 'FL900'; end if;
    space := log::bigint - 2147483648;

    -- Checks the tags, and locks the keys as foldlog.boundary_keys and foldlog.lock_keys do.
    select every(k.is_valid), count(
      case when k.is_guard then pg_advisory_xact_lock(space, k.key)::text
        else pg_advisory_xact_lock_shared(space, k.key)::text
      end
    )
    into are_valid, keys
    from (
      select (foldlog.tag_hash(w.tag) & 65535)::int as key, bool_or(w.is_guard) as is_guard,
        every(w.is_guard or strpos(w.tag, ':') > 1 and octet_length(w.tag) <= 1024) as is_valid
      from (
        select unnest(append_tagged_event.tags) as tag, false as is_guard
        union all
        select unnest(guards), true
      ) w
      group by 1
      order by 1
    ) k;

    -- As in foldlog.append_event: a transaction of a caller, which may have more appends, sends foldlog.append_tagged.
    floor := pg_sequence_last_value(log);
    if current_setting('foldlog_floor.of_' || log::oid, true) = '' and floor % 61 > 0 then
      locked := pg_try_advisory_xact_lock_shared(foldlog.floor_key(log, floor));
    end if;
    if locked is not true then floor := foldlog.lock_floor(log); end if;

    -- In a newer snapshot than the locks. Nearly always nothing has appeared; an event that has may be of another type.
    if cardinality(guards) > 0 then
      select bool_or(exists (
        select from foldlog.event_tags t where t.tag = foldlog.tag_hash(guards[g]) and t.position > guard_positions[g]
      ))
      into has_more
      from generate_series(1, cardinality(guards)) g;
      if has_more then has_more := foldlog.boundary_verdict(conditions::jsonb -> 0, history) is not null; end if;
    end if;
    if has_more or keys > 0 and are_valid is not true then raise sqlstate 'FL900'; end if;

    now_ms := date_trunc('milliseconds', clock_timestamp());
    drawn := nextval(log);
    if drawn <= floor then perform foldlog.raise_position_below_floor(drawn, floor, log); end if;
    insert into foldlog.events (
      position, stream, version, recorded_at, id, remaining, schema_version, category, type,
      correlation_id, causation_id, data, metadata, tags
    )
    values (
      drawn, stream_id, reached, now_ms, event_id, 0, event_schema_version, stream_category, event_type,
      correlation, causation, payload, event_metadata, nullif(append_tagged_event.tags, '{}')
    );
    insert into foldlog.event_tags (tag, position, type)
    select foldlog.tag_hash(t), drawn, event_type from unnest(append_tagged_event.tags) t;

    return concat(
      '[', (date_part('epoch', now_ms) * 1000)::bigint, ',[["appended",[', reached, ']]],[', drawn, '],"', history,
      '","', own_log, '"]'
    );
  exception
    -- FL008: an event that lacks a required tag may be stored already. foldlog.append looks up its id first.
    when sqlstate 'FL900' or sqlstate 'FL008' or unique_violation then null;
  end;

  return foldlog.append(
    jsonb_build_array(jsonb_build_array(jsonb_build_array(
      to_stream, of_category, expected,
      jsonb_build_array(
        jsonb_build_array(event_id, event_type, event_schema_version, payload, correlation, causation, event_metadata)
        || case
          when cardinality(append_tagged_event.tags) > 0 then jsonb_build_array(append_tagged_event.tags) else '[]'
        end
      ),
      in_history
    ))),
    null, conditions::jsonb
  );
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.append_tagged_event(
  text, text, bigint, uuid, uuid, text, smallint, jsonb, text, text, jsonb,
  text[], text[], bigint[], uuid, uuid, text
) from public;
