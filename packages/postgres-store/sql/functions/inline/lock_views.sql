-- Locks the views that appends bring, and returns for each append whether they are unchanged since they were read. See
-- foldlog.append and foldlog.write_views. Streams that are only checked do not matter here.
--
-- views: [[[name, generation, [change, ...], history], ...] or null, ...]  one for each append of the batch; `history`
--        is the one in which the changed views were read, or null: positions of another history say nothing about the
--        views that are stored now
-- change: [key, basis, partition, data], or [key, basis, partition] for a view that is removed
--
-- `basis` is the position of the view that the change was made from, null for none. No position is written to a view
-- twice, so a view with that position is the one that was read; and "none" is the same at any time.
--
-- No lost update, and the order of the log. A missing view is inserted, empty, so that there is a row to lock. The
-- transaction that holds the lock draws its positions after that, and keeps the lock until it commits. So of two
-- appends that change one view, the first to lock it has the lower positions. The other finds another basis, or has
-- read what the first has written.
--
-- No deadlock: views are locked in sorted order, after all streams, and nothing waits behind them. No other function
-- locks a view of an open projection.
create or replace function foldlog.lock_views(batch jsonb, views jsonb) returns boolean[] language plpgsql volatile
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  fresh boolean[]; places int[]; generations bigint[]; keys text[]; bases bigint[];
  locked jsonb;
  history constant uuid := (select s.history from foldlog.log_state s);
begin
  if exists (
    select from foldlog.inline_projections i, jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p
    where i.paused_until > clock_timestamp() and p.value ->> 1 = any (i.paused) and p.value -> 3 <> '[]'
  ) then
    raise exception using errcode = '55P03', message = 'appends wait until an inline projection has caught up';
  end if;

  select array_agg(
    not exists (
      select from foldlog.inline_projections i
      where i.generation is not null
        and exists (
          select from jsonb_array_elements(a.value) p
          where p.value ->> 1 = any (i.categories) and p.value -> 3 <> '[]'
        )
        and not exists (
          select from jsonb_array_elements(nullif(views -> (a.place - 1)::int, 'null')) v
          join foldlog.handlers h on h.name = v.value ->> 0
          where h.id = i.handler and (v.value ->> 1)::int = i.generation
        )
    ) and not exists (
      select from jsonb_array_elements(nullif(views -> (a.place - 1)::int, 'null')) v
      where not exists (
        select from foldlog.handlers h join foldlog.inline_projections i on i.handler = h.id
        where h.name = v.value ->> 0 and i.generation = (v.value ->> 1)::int
      ) or (v.value ->> 3)::uuid <> history
    )
    order by a.place
  )
  into fresh
  from jsonb_array_elements(batch) with ordinality a (value, place);

  if exists (
    select from unnest(fresh) with ordinality f (fits, place)
    where not f.fits and coalesce(views -> (f.place - 1)::int, 'null') = 'null'
  ) then
    raise exception using
      errcode = 'FL005',
      message = 'an inline projection is open for this category, and the append brings no views for it',
      hint = 'Append through the inline projections of this application, or end those that are no longer wanted.';
  end if;

  select
    array_agg(u.place), array_agg(foldlog.generation_id(v.value ->> 0, (v.value ->> 1)::int)),
    array_agg(c.value ->> 0), array_agg((c.value ->> 1)::bigint)
  into places, generations, keys, bases
  from jsonb_array_elements(views) with ordinality u (value, place)
  cross join jsonb_array_elements(nullif(u.value, 'null')) v
  cross join jsonb_array_elements(v.value -> 2) c
  where fresh[u.place];

  if places is null then return fresh; end if;

  insert into foldlog.handler_documents (generation, kind, key, partition, position, data, handler)
  select distinct w.generation, 'view',
    case
      when foldlog.is_document_key(w.key) then w.key else foldlog.raise_invalid_input('the key of a view', w.key)
    end collate "C",
    0, -1, 'null'::jsonb, (select g.handler from foldlog.handler_generations g where g.id = w.generation)
  from unnest(generations, keys) w (generation, key)
  where not exists (
    select from foldlog.handler_documents d where d.generation = w.generation and d.kind = 'view' and d.key = w.key
  )
  order by 1, 3
  on conflict do nothing;

  select jsonb_object_agg(d.generation || ' ' || d.key, d.position) into locked
  from (
    select * from foldlog.handler_documents
    where kind = 'view'
      and (generation, key) in (select distinct w.generation, w.key from unnest(generations, keys) w (generation, key))
    order by generation, key
    for no key update
  ) d;

  return (
    select array_agg(fresh[n.place] and coalesce(own.fits, true) order by n.place)
    from generate_series(1, cardinality(fresh)) n (place)
    left join (
      -- The second of two appends of one batch has not read what the first is about to write. A view that was removed
      -- during the wait for it is not locked, so no change may be made from it.
      select
        w.place,
        bool_and(w.nth = 1 and w.position is not null and w.basis is not distinct from nullif(w.position, -1)) as fits
      from (
        select
          w.place, w.basis, row_number() over (partition by w.generation, w.key order by w.place) as nth,
          (locked ->> (w.generation || ' ' || w.key))::bigint as position
        from unnest(places, generations, keys, bases) w (place, generation, key, basis)
      ) w
      group by w.place
    ) own on own.place = n.place
  );
end
$body$;

revoke execute on function foldlog.lock_views(jsonb, jsonb) from public;
