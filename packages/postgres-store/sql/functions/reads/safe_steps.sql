-- Divides a chunk of events into steps: how many of them may be read at a time. A step has at most four events that are
-- not small (see foldlog.is_small), whose texts an append has limited. `envelopes` has `width` bytes for each event,
-- first its id. `backward`: the last event comes first.
create or replace function foldlog.safe_steps(envelopes bytea, width int, backward boolean)
returns int[] language sql stable as $body$
  select array(
    select count(*)::int
    from (
      select (count(*) filter (where not foldlog.is_small(e.data, e.metadata)) over (order by p.place) + 3) / 4 as step
      from (
        select
          encode(substring(envelopes from n * width + 1 for 16), 'hex')::uuid as id,
          case when backward then -n else n end as place
        from generate_series(0, octet_length(envelopes) / width - 1) n
      ) p
      join foldlog.events e on e.id = p.id
    ) e
    group by e.step
    order by e.step
  )
$body$;

revoke execute on function foldlog.safe_steps(bytea, int, boolean) from public;
