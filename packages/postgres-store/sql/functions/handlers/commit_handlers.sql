-- Commits work on partitions: [verdict, ...], in order. Each commit is written whole or not at all, independently of
-- the others.
--
-- commits: [[name, generation, partition, epoch, revision, position, [change, ...], sourcePosition, history], ...]
--          Each partition has one commit at most. `sourcePosition` is the last position that anything in the commit was
--          made from, and `history` is the history in which that was read. Both may be absent.
-- change:  [kind, key, data, due], or [kind, key] for a document that is removed
-- verdict: "new": written now. "repeated": written before. "fenced": the lease is lost, or the revision is used.
--          "rewound": the source position is not in this log, or the new position is beyond its end. A commit without a
--          source position that leaves the position as it is claims nothing about the log, so that a handler whose log
--          was rewound can still store why it stops.
--
-- Exactly once. The row of the partition is locked before its epoch and revision are compared, and both are compared as
-- they are then. A takeover changes the epoch in the same row. So of two statements for one revision, whichever worker
-- sends them and however late they come from an abandoned connection, one is written. The other finds the revision
-- used: it is the same commit sent again, or it is fenced.
--
-- No deadlock. Partitions are locked in sorted order. The documents of a partition are locked by the holder of its
-- lease only. (A request for an action locks one document, and waits for nothing while it does.) A client that writes
-- one document from two partitions can make a circle. The server breaks it, and the client sends the commits again.
create or replace function foldlog.commit_handlers(commits jsonb) returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  ids bigint[]; handlers bigint[];
  generations bigint[]; partitions int[]; epochs bigint[]; revisions bigint[]; positions bigint[];
  verdicts text[];
  history uuid; last bigint;
  removed record;
begin
  perform foldlog.require_read_committed();

  select array_agg(g.id order by c.ordinality), array_agg(h.id order by c.ordinality) into ids, handlers
  from jsonb_array_elements(commits) with ordinality c
  left join foldlog.handlers h on h.name = c.value ->> 0
  left join foldlog.handler_generations g on g.handler = h.id and g.number = (c.value ->> 1)::int;

  select array_agg(p.generation), array_agg(p.partition), array_agg(p.epoch), array_agg(p.revision),
    array_agg(p.position)
  into generations, partitions, epochs, revisions, positions
  from (
    select * from foldlog.handler_partitions
    where (generation, partition) in (
      select ids[c.ordinality], (c.value ->> 2)::int from jsonb_array_elements(commits) with ordinality c
    )
    order by generation, partition
    for no key update
  ) p;

  select s.history, coalesce((select max(e.position) from foldlog.events e), 0) into history, last
  from foldlog.log_state s;

  select array_agg(
    case
      when p.epoch is distinct from (c.value ->> 3)::bigint then 'fenced'
      when p.revision = (c.value ->> 4)::bigint and (
        (c.value ->> 5)::bigint > last and (c.value ->> 5)::bigint <> p.position or (c.value ->> 7)::bigint > last
        or (c.value ->> 8)::uuid <> history
          and not foldlog.is_log_position((c.value ->> 7)::bigint, (c.value ->> 8)::uuid)
      ) then 'rewound'
      when p.revision = (c.value ->> 4)::bigint then 'new'
      when p.revision = (c.value ->> 4)::bigint + 1 and p.position = (c.value ->> 5)::bigint then 'repeated'
      else 'fenced'
    end
    order by c.ordinality
  )
  into verdicts
  from jsonb_array_elements(commits) with ordinality c
  left join unnest(generations, partitions, epochs, revisions, positions)
    p (generation, partition, epoch, revision, position)
    on p.generation = ids[c.ordinality] and p.partition = (c.value ->> 2)::int;

  if 'new' = any (verdicts) then
    if jsonb_path_exists(commits, 'strict $[*][5] ? (@ < 0)') then
      perform foldlog.raise_invalid_input('the position of a commit', commits::text);
    end if;
    update foldlog.handler_partitions p
    set revision = p.revision + 1, position = (c.value ->> 5)::bigint,
      anchor_position =
        case when p.position = (c.value ->> 5)::bigint then p.anchor_position else a.anchor_position end,
      anchor_id = case when p.position = (c.value ->> 5)::bigint then p.anchor_id else a.anchor_id end
    from jsonb_array_elements(commits) with ordinality c
    left join lateral foldlog.anchor_at_position((c.value ->> 5)::bigint) a on true
    where verdicts[c.ordinality] = 'new' and p.generation = ids[c.ordinality] and p.partition = (c.value ->> 2)::int;

    -- The keys of one kind and generation are one array, because the plan of an array is a lookup whatever the size of
    -- the table. The plan of a join would depend on the size that the table had when it was made.
    for removed in
      select ids[c.ordinality] as generation, d.value ->> 0 as kind, array_agg(d.value ->> 1) as keys
      from jsonb_array_elements(commits) with ordinality c, jsonb_array_elements(c.value -> 6) d
      where verdicts[c.ordinality] = 'new' and jsonb_array_length(d.value) = 2
      group by 1, 2 order by 1, 2
    loop
      delete from foldlog.handler_documents d
      where d.generation = removed.generation and d.kind = removed.kind and d.key = any (removed.keys);
    end loop;

    insert into foldlog.handler_documents as d (
      generation, kind, key, partition, position, due, data, handler, parked_position
    )
    select distinct on (w.generation, w.kind, w.key)
      w.generation, w.kind, w.key, w.partition, w.position, w.due, w.data, w.handler,
      case when w.kind = 'parked' then w.data -> 'position' end
    from (
      select
        c.ordinality as place, ids[c.ordinality] as generation, handlers[c.ordinality] as handler,
        d.value ->> 0 as kind,
        case
          when foldlog.is_document(d.value ->> 0, d.value ->> 1, d.value -> 2, (d.value ->> 3)::bigint)
          then d.value ->> 1
          else foldlog.raise_invalid_input('a document', d.value::text)
        end collate "C" as key,
        (c.value ->> 2)::int as partition,
        (c.value ->> 5)::bigint as position, (d.value ->> 3)::bigint as due, d.value -> 2 as data
      from jsonb_array_elements(commits) with ordinality c, jsonb_array_elements(c.value -> 6) d
      where verdicts[c.ordinality] = 'new' and jsonb_array_length(d.value) > 2
    ) w
    order by w.generation, w.kind, w.key, w.place desc
    on conflict (generation, kind, key) do update
    set partition = excluded.partition, position = excluded.position, due = excluded.due, requested_action = null,
      data = excluded.data, parked_position = excluded.parked_position;
  end if;

  return (select coalesce(json_agg(v order by place), '[]')::text from unnest(verdicts) with ordinality u (v, place));
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.commit_handlers(jsonb) from public;
