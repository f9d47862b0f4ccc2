-- The positions of events that meet a query, behind `after` and without those in `seen`: the first `max` of them in the
-- order of positions, or, backward, the last ones. `items` is a list of items, see foldlog.matches_item.
--
-- Each item is one range of an index: of its first tag, or of all events when it has none. So a condition costs what
-- came behind its marker, however many events the tag has.
create or replace function foldlog.matching_positions(
  items jsonb, after bigint, seen bigint[], max int, backward boolean
)
returns setof bigint language plpgsql stable
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  item jsonb; first_tag bigint; positions bigint[] := '{}'; of_item bigint[];
begin
  for item in select value from jsonb_array_elements(items) loop
    first_tag := foldlog.tag_hash(item -> 1 ->> 0);
    if first_tag is not null and not backward then
      of_item := array(
        select t.position from foldlog.event_tags t
        where t.tag = first_tag and t.position > after and t.position <> all (seen)
          and (item -> 0 = '[]' or item -> 0 ? t.type)
          and exists (select from foldlog.events e where e.position = t.position and foldlog.matches_item(item, e))
        order by t.position limit max
      );
    elsif first_tag is not null then
      of_item := array(
        select t.position from foldlog.event_tags t
        where t.tag = first_tag and t.position > after and t.position <> all (seen)
          and (item -> 0 = '[]' or item -> 0 ? t.type)
          and exists (select from foldlog.events e where e.position = t.position and foldlog.matches_item(item, e))
        order by t.position desc limit max
      );
    elsif not backward then
      of_item := array(
        select e.position from foldlog.events e
        where e.position > after and e.position <> all (seen) and foldlog.matches_item(item, e)
        order by e.position limit max
      );
    else
      of_item := array(
        select e.position from foldlog.events e
        where e.position > after and e.position <> all (seen) and foldlog.matches_item(item, e)
        order by e.position desc limit max
      );
    end if;
    positions := positions || of_item;
  end loop;
  return query
    select p.position from (select distinct u.position from unnest(positions) u (position)) p
    order by case when backward then -p.position else p.position end limit max;
end
$body$;

revoke execute on function foldlog.matching_positions(jsonb, bigint, bigint[], int, boolean) from public;
