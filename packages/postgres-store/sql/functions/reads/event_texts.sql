-- The events at these positions, in this order. The row `more` is the last one when the answer ends early, because it
-- has 16,000,000 bytes.
create or replace function foldlog.event_texts(places bigint[]) returns setof text language plpgsql stable as $body$
declare
  place bigint; event text; size int := 0;
begin
  foreach place in array places loop
    if size >= 16000000 then
      return next 'more';
      return;
    end if;
    select foldlog.event_json((select s.name from foldlog.streams s where s.id = e.stream), e) into event
    from foldlog.events e where e.position = place;
    return next event;
    size := size + octet_length(event);
  end loop;
end
$body$;

revoke execute on function foldlog.event_texts(bigint[]) from public;
