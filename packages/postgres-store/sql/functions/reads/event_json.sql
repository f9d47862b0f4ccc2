-- An event as one JSON text, the form in which every read gives it out:
-- [version, position, id, type, schema version, data, correlation id, causation id, user, milliseconds, stream]
-- The stream is null where whoever asks has named it. `concat` learns once in a statement how its parts are written, json_build_array finds it out for each
-- of each event, and takes a quarter longer. `date_part` and not `extract`, which counts in `numeric`: whole milliseconds are exact in both.
create or replace function foldlog.event_json(of_stream text, e foldlog.events) returns text language sql stable as $body$
  select concat(
    '[', e.version, ',', e.position, ',"', e.id, '",', to_json(e.type), ',', e.schema_version, ',', e.data,
    ',', coalesce(to_json(e.correlation_id), 'null'), ',', coalesce(to_json(e.causation_id), 'null'), ',', coalesce(e.metadata, 'null'),
    ',', (date_part('epoch', e.recorded_at) * 1000)::bigint, ',', coalesce(to_json(of_stream), 'null'), ']'
  )
$body$;

revoke execute on function foldlog.event_json(text, foldlog.events) from public;
