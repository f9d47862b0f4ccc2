-- Commits work on partitions, each whole or not at all, whatever becomes of the others: [committed, ...], in order.
--
-- commits: [[name, generation, partition, epoch, revision, position, [change, ...]], ...], each partition once
-- change:  [kind, key, data, due], or [kind, key] for a document that is removed
--
-- Exactly once: the row of the partition is locked before its epoch and revision are looked at, and both are looked at as they are then. Whoever
-- takes the partition over changes the epoch in the same row. So of two statements for one revision, of whatever worker and however late they come
-- from a connection that was given up, one is written; the other finds the revision used: it is the same commit, sent again, or fenced.
--
-- No deadlock: partitions are locked in sorted order, and documents, which belong to one partition each, by whoever holds it. (A wish locks one
-- document and waits for nothing while it does.) Whoever writes one document from two partitions can make a circle; the server breaks it, and
-- the client sends the commits again.
create function foldlog.commit_handlers(commits jsonb) returns text language plpgsql volatile
set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  generations bigint[]; partitions int[]; epochs bigint[]; revisions bigint[]; positions bigint[];
  verdicts text[];
begin
  perform foldlog.require_read_committed();

  select array_agg(p.generation), array_agg(p.partition), array_agg(p.epoch), array_agg(p.revision), array_agg(p.position)
  into generations, partitions, epochs, revisions, positions
  from (
    select * from foldlog.handler_partitions
    where (generation, partition) in (
      select foldlog.generation_id(c ->> 0, (c ->> 1)::int), (c ->> 2)::int from jsonb_array_elements(commits) c
    )
    order by generation, partition
    for no key update
  ) p;

  select array_agg(
    case
      when p.epoch is distinct from (c.value ->> 3)::bigint then 'fenced'
      when p.revision = (c.value ->> 4)::bigint then 'new'
      when p.revision = (c.value ->> 4)::bigint + 1 and p.position = (c.value ->> 5)::bigint then 'repeated'
      else 'fenced'
    end
    order by c.ordinality
  )
  into verdicts
  from jsonb_array_elements(commits) with ordinality c
  left join unnest(generations, partitions, epochs, revisions, positions) p (generation, partition, epoch, revision, position)
    on p.generation = foldlog.generation_id(c.value ->> 0, (c.value ->> 1)::int) and p.partition = (c.value ->> 2)::int;

  if 'new' = any (verdicts) then
    update foldlog.handler_partitions p set revision = p.revision + 1, position = (c.value ->> 5)::bigint
    from jsonb_array_elements(commits) with ordinality c
    where verdicts[c.ordinality] = 'new'
      and p.generation = foldlog.generation_id(c.value ->> 0, (c.value ->> 1)::int) and p.partition = (c.value ->> 2)::int;

    with changes as materialized (
      select distinct on (w.generation, d.value ->> 0, (d.value ->> 1) collate "C")
        w.generation, d.value ->> 0 as kind, (d.value ->> 1) collate "C" as key, w.partition, w.position,
        (d.value ->> 3)::bigint as due, d.value -> 2 as data
      from (
        select
          c.ordinality as place, c.value -> 6 as changes, (c.value ->> 2)::int as partition, (c.value ->> 5)::bigint as position,
          foldlog.generation_id(c.value ->> 0, (c.value ->> 1)::int) as generation
        from jsonb_array_elements(commits) with ordinality c
        where verdicts[c.ordinality] = 'new'
      ) w, jsonb_array_elements(w.changes) d
      order by w.generation, d.value ->> 0, (d.value ->> 1) collate "C", w.place desc
    ), removed as (
      delete from foldlog.handler_documents d using changes c
      where c.data is null and d.generation = c.generation and d.kind = c.kind and d.key = c.key
    )
    insert into foldlog.handler_documents as d (generation, kind, key, partition, position, due, data)
    select c.generation, c.kind, c.key, c.partition, c.position, c.due, c.data from changes c where c.data is not null
    order by c.generation, c.kind, c.key
    on conflict (generation, kind, key) do update
    set partition = excluded.partition, position = excluded.position, due = excluded.due, wish = null, data = excluded.data;
  end if;

  return (select coalesce(json_agg(v <> 'fenced' order by place), '[]')::text from unnest(verdicts) with ordinality u (v, place));
end
$body$;
