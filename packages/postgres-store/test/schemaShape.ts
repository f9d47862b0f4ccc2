import type postgres from 'postgres'

/** Everything the catalog knows of a schema that can differ from another, with the name of the schema taken out. */
export const schemaShape = async (sql: postgres.Sql, name: string): Promise<string> => {
  const rows = await sql<Array<{ shape: string }>>`
    with here as (select oid from pg_namespace where nspname = ${name})
    select concat_ws(' ', 'relation', relname, relkind, reloptions, relacl) as shape from pg_class, here where relnamespace = here.oid
    union all
    select concat_ws(' ', 'column', attrelid::regclass, attnum, attname, format_type(atttypid, atttypmod), attnotnull, attcollation, attidentity)
    from pg_attribute join pg_class c on c.oid = attrelid, here where relnamespace = here.oid
    union all
    select concat_ws(' ', 'constraint', pg_get_constraintdef(c.oid)) from pg_constraint c, here where connamespace = here.oid
    union all
    select concat_ws(' ', 'trigger', pg_get_triggerdef(t.oid)) from pg_trigger t join pg_class c on c.oid = tgrelid, here where relnamespace = here.oid
    union all
    select concat_ws(' ', 'function', pg_get_functiondef(p.oid), proacl) from pg_proc p, here where pronamespace = here.oid
    union all
    select concat_ws(' ', 'sequence', s) from pg_sequences s where schemaname = ${name}
    order by 1`
  return rows.map(({ shape }) => shape.replaceAll(name, 'SCHEMA')).join('\n')
}
