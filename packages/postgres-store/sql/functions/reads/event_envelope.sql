-- The envelope of an event in 36 bytes: its id (16), its position (8), its time in microseconds since 2000 (8), and its
-- schema version times eight, plus 1 for a correlation id, 2 for a causation id, 4 for a user (4). So the columns of
-- these three have no nulls, and events without metadata cost nothing there. Bytes cost the server less than texts.
create or replace function foldlog.event_envelope(
  id uuid, event_position bigint, recorded_at timestamptz, schema_version smallint,
  correlation_id text, causation_id text, metadata jsonb
)
returns bytea language sql stable as $body$
  select uuid_send(id) || int8send(event_position) || timestamptz_send(recorded_at) || int4send(
    schema_version * 8 + (correlation_id is not null)::int + 2 * (causation_id is not null)::int
      + 4 * (metadata is not null)::int
  )
$body$;

revoke execute on function foldlog.event_envelope(uuid, bigint, timestamptz, smallint, text, text, jsonb) from public;
