-- The statements that make the indexes of events by correlation id and by causation id, or drop them when they are not
-- wanted, for the owner of the schema. They are optional, because each append pays for them; without them
-- foldlog.search_log compares event by event. No row means that all is done. They run outside of a transaction, one
-- after the other, and no lock of theirs stops an append.
create or replace function foldlog.inspection_index_changes(wanted boolean)
returns table (statement text) language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  log constant oid := (select s.tableoid from foldlog.log_state s limit 1);
  space constant oid := (select c.relnamespace from pg_class c where c.oid = log);
begin
  return query
    with declared (name, kept) as (
      values ('events_correlation_position', 'correlation_id'), ('events_causation_position', 'causation_id')
    ),
    present as (
      select d.name, x.indisvalid as valid
      from declared d
      join pg_class c on c.relname = d.name and c.relnamespace = space
      join pg_index x on x.indexrelid = c.oid
    )
    select text from (
      select 1 as step, format('drop index concurrently if exists %s.%I', space::regnamespace, p.name) as text
      from present p where not (wanted and p.valid)
      union
      select 2, format(
        'create index concurrently %I on %s.events (%s, position) where %3$s is not null',
        d.name, space::regnamespace, d.kept
      )
      from declared d where wanted and d.name not in (select p.name from present p where p.valid)
    ) changes
    order by step, text;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.inspection_index_changes(boolean) from public;
