import type postgres from 'postgres'

/**
 * The size of a table or an index on the disk, in bytes.
 *
 * @category model
 * @since 0.1.0
 */
export interface Size {
  readonly name: string
  readonly bytes: number
}

/**
 * Reads the tables of the log (with their out-of-line storage) and each of their indexes.
 *
 * @category constructors
 * @since 0.1.0
 */
const read = async (sql: postgres.Sql): Promise<ReadonlyArray<Size>> => sql<ReadonlyArray<Size>>`
  select c.relname as name, (case c.relkind when 'r' then pg_table_size(c.oid) else pg_relation_size(c.oid) end)::float8 as bytes
  from pg_class c
  left join pg_index i on i.indexrelid = c.oid
  where coalesce(i.indrelid, c.oid) in ('foldlog.events'::regclass, 'foldlog.streams'::regclass)
  order by c.relkind desc, bytes desc`

/**
 * Functions on {@link Size}s.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Sizes = { read } as const
