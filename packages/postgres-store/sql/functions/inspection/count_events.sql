-- The events by category, type and schema version: one row [estimated], then rows [category, type, schema version,
-- count]. All events are counted when their table has 32 MB at most. Otherwise about 2,000 of its pages are, chosen at
-- random but the same in each call, so the cost does not depend on the length of the log.
create or replace function foldlog.count_events() returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  pages constant bigint := pg_relation_size((select e.tableoid from foldlog.events e limit 1)) / 8192;
  share double precision := case when pages > 4096 then 2000.0 / pages else 1 end;
begin
  return next json_build_array(share < 1)::text;
  if share < 1 then
    return query
      select json_build_array(e.category, e.type, e.schema_version, round(count(*) / share)::bigint)::text
      from foldlog.events e tablesample system (100 * share) repeatable (1)
      group by e.category, e.type, e.schema_version order by e.category, e.type, e.schema_version;
  else
    return query
      select json_build_array(e.category, e.type, e.schema_version, count(*))::text
      from foldlog.events e
      group by e.category, e.type, e.schema_version order by e.category, e.type, e.schema_version;
  end if;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.count_events() from public;
