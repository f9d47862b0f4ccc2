-- An event as one JSON text, the form in which every read gives it out:
-- [version, position, id, type, schema version, data, correlation id, causation id, user, milliseconds, stream]
-- The stream is null where whoever asks has named it. `date_part` and not `extract`, which counts in `numeric`: whole milliseconds are exact in both.
create function foldlog.event_text(of_stream text, e foldlog.events) returns text language sql stable as $body$
  select json_build_array(
    e.version, e.position, e.id, e.type, e.schema_version, e.data, e.correlation_id, e.causation_id, e.metadata,
    (date_part('epoch', e.recorded_at) * 1000)::bigint, of_stream
  )::text
$body$;
