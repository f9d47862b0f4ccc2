-- The boundary: clients call these functions and touch no table. So whoever may append can neither change events nor write past the version check
-- and the floor lock. They run as their owner, and must therefore find nothing by way of the caller's search path.
alter function foldlog.append(jsonb, jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.append_alone security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.append_plain security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.delete_stream(text, bigint) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.save_snapshot(text, int, bigint, jsonb, uuid) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.read_stream(text, bigint, int, boolean, uuid) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.read_from_snapshot(text, int, int) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.read_log(bigint, int, jsonb, uuid) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.find_events(jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.stream_info(text) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.horizon() security definer set search_path = pg_catalog, pg_temp;

-- Postgres lets everybody execute a new function. These wait for a grant, see docs/postgres.md; the others are for these alone. Not "all functions in
-- schema": the schema may be one that has other functions too.
revoke execute on function
  foldlog.append(jsonb, jsonb), foldlog.delete_stream(text, bigint), foldlog.save_snapshot(text, int, bigint, jsonb, uuid),
  foldlog.read_stream(text, bigint, int, boolean, uuid), foldlog.read_from_snapshot(text, int, int), foldlog.read_log(bigint, int, jsonb, uuid),
  foldlog.find_events(jsonb), foldlog.stream_info(text), foldlog.horizon(), foldlog.protect(), foldlog.floor_key(oid, bigint), foldlog.lock_floor(oid),
  foldlog.refuse_late(bigint, bigint, regclass), foldlog.append_alone, foldlog.append_plain,
  foldlog.require_read_committed(), foldlog.repetition(bigint, jsonb), foldlog.first_known_id(jsonb), foldlog.event_text(text, foldlog.events),
  foldlog.version_at(bigint, bigint, bigint)
from public;
