-- As foldlog.read_stream, but after the snapshot of this schema version. The header of the first row is the snapshot:
-- [version, state] or null. A snapshot whose event is not in the stream is not returned: it was folded from lost
-- events. `stable`: both statements see the snapshot of the call.
create or replace function foldlog.read_from_snapshot(of_stream text, shape int, count int)
returns table (
  header text, data text, envelopes bytea, types text, correlation_ids text, causation_ids text, users text
)
language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  snapshot foldlog.snapshots;
begin
  select kept.* into snapshot
  from foldlog.streams s join foldlog.snapshots kept on kept.stream = s.id
  where s.name = of_stream and kept.schema_version = shape
    and exists (select from foldlog.events e where e.stream = s.id and e.version = kept.version and e.id = kept.anchor);
  header := case
    when snapshot.stream is null then 'null' else json_build_array(snapshot.version, snapshot.state)::text
  end;
  return next;
  return query
    select r.* from foldlog.read_stream(of_stream, coalesce(snapshot.version, 0) + 1, count, false) r;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.read_from_snapshot(text, int, int) from public;
