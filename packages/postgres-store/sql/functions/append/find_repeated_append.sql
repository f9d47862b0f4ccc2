-- The first result of an append that is now repeated: [first version, positions, milliseconds]. Null unless these
-- events are, all of them, in this order and without others, one append to this stream.
create or replace function foldlog.find_repeated_append(in_stream bigint, events jsonb)
returns jsonb language sql stable as $body$
  with wanted as (
    select (e.value ->> 0)::uuid as id, e.ordinality as place
    from jsonb_array_elements(events) with ordinality e
  ), found as (
    select w.place, s.version, s.position, s.remaining, s.recorded_at
    from wanted w join foldlog.events s on s.id = w.id and s.stream = in_stream
  )
  select jsonb_build_array(
    min(version),
    jsonb_agg(position order by place),
    (extract(epoch from min(recorded_at)) * 1000)::bigint
  )
  from found
  having count(*) = jsonb_array_length(events)
    -- In this order, without a gap, down to the end of their append:
    and bool_and(remaining = jsonb_array_length(events) - place)
    and bool_and(version - place = (select version - place from found where place = 1))
    -- and no event of their append before them.
    and not exists (
      select from foldlog.events before
      where before.stream = in_stream and before.version = min(found.version) - 1 and before.remaining > 0
    )
$body$;

revoke execute on function foldlog.find_repeated_append(bigint, jsonb) from public;
