-- The statements that make the indexes of views what the handlers declare, for the owner of the schema. They drop the
-- indexes that nothing declares or that a crash has left invalid, and create those that are missing. No row means that
-- all is done. They run outside of a transaction, one after the other, and no lock of theirs stops a commit.
--
-- An index has the views of one handler, in all its generations, so a rebuild needs no new one. Its name is made of the
-- handler and of the fields.
create or replace function foldlog.view_index_changes() returns table (statement text) language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
as $body$
declare
  space constant text := (
    select quote_ident(n.nspname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.oid = (select h.tableoid from foldlog.handlers h limit 1)
  );
begin
  return query
    with declared as (
      select
        'handler_documents_view_' || h.id || '_' || left(md5(i.value::text), 16) as name,
        format(
          ' on %s.handler_documents (generation, %s, key) where handler = %s and kind = %L',
          space, (
            select string_agg('(' || foldlog.sort_key_of(f.value) || ')', ', ' order by f.ordinality)
            from jsonb_array_elements(i.value) with ordinality f
          ), h.id, 'view'
        ) as definition
      from foldlog.handlers h cross join lateral jsonb_array_elements(h.indexes) i
      where h.serving > 0
    ),
    present as (
      select c.relname::text as name, x.indisvalid as valid
      from pg_index x join pg_class c on c.oid = x.indexrelid
      where x.indrelid = (
        select t.oid from pg_class t join pg_namespace n on n.oid = t.relnamespace
        where quote_ident(n.nspname) = space and t.relname = 'handler_documents'
      ) and starts_with(c.relname::text, 'handler_documents_view_')
    )
    select text from (
      select 1 as step, format('drop index concurrently if exists %s.%I', space, p.name) as text from present p
      where not p.valid or p.name not in (select d.name from declared d)
      union
      select 2, format('create index concurrently %I%s', d.name, d.definition) from declared d
      where d.name not in (select p.name from present p where p.valid)
    ) changes
    order by step, text;
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.view_index_changes() from public;
