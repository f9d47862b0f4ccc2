-- As foldlog.read_stream, but from behind the snapshot of the wanted shape, which stands in the second row: [version, state] or null.
create function foldlog.read_from_snapshot(of_stream text, shape int, count int) returns setof text language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target foldlog.streams;
  snapshot foldlog.snapshots;
begin
  select * into target from foldlog.streams s where s.name = of_stream and s.version > 0;
  return next json_build_array(coalesce(target.version, 0), target.deleted_at is not null)::text;
  if target.id is null or target.deleted_at is not null then return; end if;

  select * into snapshot from foldlog.snapshots s where s.stream = target.id and s.schema_version = shape;
  return next case when snapshot.stream is null then 'null' else json_build_array(snapshot.version, snapshot.state)::text end;
  return query select foldlog.event_text(of_stream, e) from foldlog.events e
    where e.stream = target.id and e.version > coalesce(snapshot.version, 0) order by e.version limit count;
end
$body$;
