-- Returns why a handler cannot be removed, renamed or reset: the text "null" when there is no such handler, "false"
-- when it is an open inline projection, and {"members": [...], "until": milliseconds since 1970} when members work on
-- it. Returns null when nothing prevents it.
--
-- The caller has locked the handler. This function locks its generations. A heartbeat that joins, or takes a partition,
-- also locks the generation first. Either it comes before, and this function finds its member, or it comes later, and
-- does not find the generation. A member whose lease has expired is fenced when it sends a heartbeat later.
--
-- A member that is leaving works on the handler as long as it holds a partition.
create or replace function foldlog.handler_in_use(known foldlog.handlers) returns text language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  if known.id is null or known.serving = 0 then return 'null'; end if;
  if exists (select from foldlog.inline_projections i where i.handler = known.id and i.generation is not null) then
    return 'false';
  end if;
  perform from foldlog.handler_generations g where g.handler = known.id and g.number is not null
  order by g.id for update;
  return (
    select json_build_object(
      'members', json_agg(distinct m.member),
      'until', floor(extract(epoch from max(foldlog.lease_end(m))) * 1000)::bigint
    )::text
    from foldlog.handler_generations g join foldlog.handler_members m on m.generation = g.id
    where g.handler = known.id and g.number is not null and foldlog.lease_end(m) > clock_timestamp()
      and m.member not in ('kept', 'appends')
      and (not m.leaving or exists (
        select from foldlog.handler_partitions p where p.generation = m.generation and p.holder = m.member
      ))
    having count(*) > 0
  );
end
$body$;

revoke execute on function foldlog.handler_in_use(foldlog.handlers) from public;
