-- Heartbeats as rows, in their order: [[name, number, member, lease time, capacity, report], ...]. `generation` is null
-- when it is not registered.
create or replace function foldlog.heartbeat_rows(heartbeats jsonb)
returns table (place bigint, generation bigint, member text, lease_time bigint, capacity int, report jsonb)
language sql stable as $body$
  select
    b.place, foldlog.generation_id(b.beat ->> 0, (b.beat ->> 1)::int), b.beat ->> 2,
    (b.beat ->> 3)::bigint, (b.beat ->> 4)::int, b.beat -> 5
  from jsonb_array_elements(heartbeats) with ordinality b (beat, place)
$body$;

revoke execute on function foldlog.heartbeat_rows(jsonb) from public;
