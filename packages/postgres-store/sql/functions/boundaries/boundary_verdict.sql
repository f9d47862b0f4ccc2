-- Whether the conditions of an append are met; null when they are, else the verdict of foldlog.append. The caller holds
-- the keys of the conditions, so no matching event is in flight, and every one that was stored is seen here.
--
-- condition: [items, settled, [seen, ...], history, log]; the last four are null without a marker
-- verdict:   ["boundary", [condition, position, type, stream, event], ...]
--            | ["foreign", condition]: a marker of another log
--            | ["boundary"]: a marker was read before the log was rewound
-- event:     as in foldlog.event_json; null when it is not small (foldlog.is_small)
--
-- It names the first conflict of each condition, then as many as there is room for, 100 in all. So fewer than 100 are
-- all that there are, and with their events the decision can be made again without a read.
create or replace function foldlog.boundary_verdict(conditions jsonb, history uuid)
returns jsonb language plpgsql stable as $body$
declare
  condition jsonb; n int := 0; conflicts jsonb := '[]'; own_log uuid;
begin
  for condition in select value from jsonb_array_elements(conditions) loop
    if jsonb_typeof(condition -> 0) is distinct from 'array' or condition -> 0 = '[]' then
      perform foldlog.raise_invalid_input('a condition', condition::text);
    end if;
    if condition ->> 1 is not null then
      if own_log is null then select h.id into own_log from foldlog.log_histories h where h.number = 1; end if;
      if (condition ->> 4)::uuid is distinct from own_log then return jsonb_build_array('foreign', n); end if;
      if (condition ->> 3)::uuid is distinct from history then
        if not foldlog.is_certain_position(
          coalesce((condition -> 2 ->> -1)::bigint, (condition ->> 1)::bigint), (condition ->> 3)::uuid
        ) then
          return '["boundary"]';
        end if;
      end if;
    end if;
    n := n + 1;
  end loop;

  select jsonb_agg(
    jsonb_build_array(c.condition, c.position, c.type, c.name, c.event::jsonb) order by c.condition, c.position
  )
  into conflicts
  from (
    select c.place - 1 as condition, m.position, e.type, s.name, foldlog.small_event_json(s.name, e) as event
    from jsonb_array_elements(conditions) with ordinality c (value, place)
    cross join lateral (
      select p.position, row_number() over (order by p.position) as nth
      from foldlog.matching_positions(
        c.value -> 0, coalesce((c.value ->> 1)::bigint, 0),
        array(select jsonb_array_elements_text(coalesce(nullif(c.value -> 2, 'null'), '[]'))::bigint), 100, false
      ) p (position)
    ) m
    join foldlog.events e on e.position = m.position
    join foldlog.streams s on s.id = e.stream
    order by m.nth > 1, c.place, m.position limit 100
  ) c;
  return '["boundary"]'::jsonb || conflicts;
end
$body$;

revoke execute on function foldlog.boundary_verdict(jsonb, uuid) from public;
