-- A page of a stream: first a row [version, deleted], version 0 for a stream without events, then the events. There is always a first row, so that
-- no answer is never taken for an empty stream.
-- `stable`: both statements see the snapshot of the call, so the version fits the events.
create function foldlog.read_stream(of_stream text, first bigint, count int, backward boolean) returns setof text language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target foldlog.streams;
begin
  select * into target from foldlog.streams s where s.name = of_stream and s.version > 0;
  return next json_build_array(coalesce(target.version, 0), target.deleted_at is not null)::text;
  if target.id is null or target.deleted_at is not null then return; end if;

  if backward then
    return query select foldlog.event_text(of_stream, e) from foldlog.events e
      where e.stream = target.id and e.version <= first order by e.version desc limit count;
  else
    return query select foldlog.event_text(of_stream, e) from foldlog.events e
      where e.stream = target.id and e.version >= first order by e.version limit count;
  end if;
end
$body$;
