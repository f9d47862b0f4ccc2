-- The documents of these partitions that are due now, at most `count` of each kind, the longest due first: so timers
-- never wait behind requested actions, of which there may be many at once. Before them one row [next, now]: when the
-- next document will be due (null when none will), and the time by which that was judged. A document that is due, and
-- left out, is the next.
--
-- Each partition takes two lookups in an index for each kind of which anything is pending, so documents that are not
-- due yet cost nothing. `stable`: all statements see the snapshot of the call.
create or replace function foldlog.due_documents(handler_name text, in_number int, partitions jsonb, count int)
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, in_number);
  wanted int[] := array(select distinct value::int from jsonb_array_elements_text(partitions));
  moment bigint := foldlog.clock_ms();
  pending text[] := array(
    select k from unnest(array['view', 'process', 'command', 'timer', 'parked', 'stop', 'gaps', 'attempts']) k
    where exists (
      select from foldlog.handler_documents where generation = target and kind = k and due is not null
    )
  );
begin
  return next json_build_array(least(
    (
      select min(r.due) from unnest(pending) k
      cross join lateral (
        select d.due from unnest(wanted) w
        cross join lateral (
          select due from foldlog.handler_documents
          where generation = target and kind = k and partition = w and due <= moment order by due limit count + 1
        ) d
        order by d.due offset count limit 1
      ) r
    ),
    (
      select min(d.due) from unnest(pending) k cross join unnest(wanted) w
      cross join lateral (
        select due from foldlog.handler_documents
        where generation = target and kind = k and partition = w and due > moment order by due limit 1
      ) d
    )
  ), moment)::text;
  return query
    select foldlog.document_json(r) from unnest(pending) k
    cross join lateral (
      select d.* from unnest(wanted) w
      cross join lateral (
        select * from foldlog.handler_documents
        where generation = target and kind = k and partition = w and due <= moment order by due, key limit count
      ) d
      order by d.due, d.key limit count
    ) r
    order by r.due, r.key;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.due_documents(text, int, jsonb, int) from public;
