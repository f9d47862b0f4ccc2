-- Whether an event meets an item of a query: [types, tags, streams, categories]. An empty list excludes nothing.
create or replace function foldlog.matches_item(item jsonb, e foldlog.events) returns boolean language sql stable
as $body$
  select (item -> 0 = '[]' or item -> 0 ? e.type)
    and (item -> 1 = '[]' or e.tags @> array(select jsonb_array_elements_text(item -> 1)))
    and (item -> 3 = '[]' or item -> 3 ? e.category)
    and (item -> 2 = '[]' or item -> 2 ? (select s.name from foldlog.streams s where s.id = e.stream))
$body$;

revoke execute on function foldlog.matches_item(jsonb, foldlog.events) from public;
