-- A chunk of a stream as columns: one row, which has in each column the parts of all events, in the order of versions.
--
-- data       the data of the events, joined by commas; null when one of them is not small, unless `safe`
-- envelopes  36 bytes for each event, see foldlog.event_envelope
-- types      a JSON array
-- correlation_ids, causation_ids, users
--            JSON arrays of those that are there; null when there are none
--
-- Versions have no gaps, so the caller knows them. All columns are null when the range has no event. foldlog.read_log
-- has the same columns. `language sql` without settings: the planner puts the body into the statement of the caller.
create or replace function foldlog.stream_columns(
  of_stream bigint, from_version bigint, to_version bigint, safe boolean
)
returns table (
  data text, envelopes bytea, types text, correlation_ids text, causation_ids text, users text
)
language sql stable as $body$
  select
    case when bool_and(e.text is not null) then string_agg(e.text, ',') end,
    string_agg(e.envelope, ''), json_agg(e.type)::text,
    json_agg(e.correlation_id) filter (where e.correlation_id is not null)::text,
    json_agg(e.causation_id) filter (where e.causation_id is not null)::text,
    json_agg(e.metadata) filter (where e.metadata is not null)::text
  from (
    select
      case when safe or foldlog.is_small(e.data, e.metadata) then e.data::text end as text,
      foldlog.event_envelope(
        e.id, e.position, e.recorded_at, e.schema_version, e.correlation_id, e.causation_id,
        foldlog.stored_user(e.metadata, e.tags)
      ) as envelope,
      e.type, e.correlation_id, e.causation_id, foldlog.stored_user(e.metadata, e.tags) as metadata
    from foldlog.events e
    where e.stream = of_stream and e.version between from_version and to_version
    order by e.version
  ) e
$body$;

revoke execute on function foldlog.stream_columns(bigint, bigint, bigint, boolean) from public;
