-- An event as one JSON text, the form in which every read gives it out:
-- [stream, version, position, id, type, schema version, data, correlation id, causation id, user, milliseconds]
create function foldlog.event_text(of_stream text, e foldlog.events) returns text language sql stable as $body$
  select json_build_array(
    of_stream, e.version, e.position, e.id, e.type, e.schema_version, e.data, e.correlation_id, e.causation_id, e.metadata,
    (extract(epoch from e.recorded_at) * 1000)::bigint
  )::text
$body$;
