-- The keys of tags that a batch locks, ascending: twice the number of the key, plus 1 for an exclusive lock. Null when
-- the batch needs the whole log instead; see docs/boundary-locks.md.
--
-- An event takes the keys of all its tags, shared. A condition takes the key of the first tag of each item, exclusive.
-- An item without tags needs the whole log. So does a batch with more than 512 keys: the server's table of locks is
-- finite. There are 65,536 keys: tags that share one only wait for each other.
create or replace function foldlog.boundary_keys(batch jsonb, conditions jsonb) returns int[] language sql stable
as $body$
  select
    case when count(*) = 0 then '{}'
      when count(*) <= 512 and count(*) = count(k.key) then array_agg(k.key order by k.key)
    end
  from (
    select 2 * w.place + max(w.mode) as key
    from (
      select (foldlog.tag_hash(t.tag) & 65535)::int as place, 0 as mode
      from
        jsonb_array_elements(batch) a, jsonb_array_elements(a.value) p, jsonb_array_elements(p.value -> 3) e,
        jsonb_array_elements_text(coalesce(e.value -> 7, '[]')) t (tag)
      union all
      select (foldlog.tag_hash(i.value -> 1 ->> 0) & 65535)::int, 1
      from
        jsonb_array_elements(conditions) a, jsonb_array_elements(nullif(a.value, 'null')) c,
        jsonb_array_elements(c.value -> 0) i
    ) w
    group by w.place
  ) k
$body$;

revoke execute on function foldlog.boundary_keys(jsonb, jsonb) from public;
