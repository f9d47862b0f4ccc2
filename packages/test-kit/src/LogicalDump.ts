import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { migrate } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'

/**
 * The rows and the sequences of a schema of foldlog, as pg_dump takes them.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogicalDump {
  readonly schema: string
  /** Rows as COPY writes them, by the name of their table. */
  readonly tables: ReadonlyMap<string, string>
  /**
   * The columns of each table, needed for tables that the migrations do not make: those of an application in this
   * schema.
   */
  readonly columns: ReadonlyMap<string, string>
  readonly sequences: ReadonlyMap<string, { readonly value: string; readonly called: boolean }>
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** The tables whose rows say what was migrated: they are those of the schema, not of the dump. */
const migrationTables: ReadonlyArray<string> = ['migrations', 'functions']

const relations = async (
  sql: postgres.TransactionSql,
  schema: string,
  kind: 'r' | 'S',
): Promise<ReadonlyArray<string>> => {
  const rows = await sql`
    select relname from pg_class where relkind = ${kind} and relnamespace = ${schema}::regnamespace order by relname`
  return rows.map(({ relname }) => String(relname))
}

const copyOut = async (sql: postgres.TransactionSql, table: string): Promise<string> => {
  const stream = await sql.unsafe(`copy ${table} to stdout`).readable()
  const chunks: Array<Buffer> = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

const columnsOf = async (sql: postgres.TransactionSql, table: string): Promise<string> => {
  const rows = await sql`
    select string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', ' order by attnum) as columns
    from pg_attribute where attrelid = ${table}::regclass and attnum > 0 and not attisdropped`
  return String(rows[0]?.['columns'])
}

const copyIn = async (sql: postgres.TransactionSql, table: string, rows: string): Promise<void> => {
  await pipeline(Readable.from([Buffer.from(rows)]), await sql.unsafe(`copy ${table} from stdin`).writable())
}

/**
 * Dumps a whole schema as of one moment, whatever is written meanwhile.
 *
 * @category constructors
 * @since 0.1.0
 */
const take = (client: postgres.Sql, schema = 'foldlog'): Promise<LogicalDump> =>
  client.begin('isolation level repeatable read read only', async (sql) => {
    const tables = new Map<string, string>()
    const columns = new Map<string, string>()
    for (const name of await relations(sql, schema, 'r')) {
      const table = `${quote(schema)}.${quote(name)}`
      tables.set(name, await copyOut(sql, table))
      columns.set(name, await columnsOf(sql, table))
    }
    const sequences = new Map<string, { value: string; called: boolean }>()
    for (const name of await relations(sql, schema, 'S')) {
      const [row] = await sql.unsafe(
        `select last_value::text as value, is_called as called from ${quote(schema)}.${quote(name)}`,
      )
      sequences.set(name, { value: String(row?.['value']), called: row?.['called'] === true })
    }
    return { schema, tables, columns, sequences }
  })

const write = async (client: postgres.Sql, dump: LogicalDump, withSequences: boolean): Promise<void> => {
  const migrated = await migrate({ sql: client, schema: dump.schema })()
  if (E.isLeft(migrated)) throw new Error(JSON.stringify(migrated.left))
  await client.begin(async (sql) => {
    for (const [name, columns] of dump.columns) {
      await sql.unsafe(`create table if not exists ${quote(dump.schema)}.${quote(name)} (${columns})`)
    }
    // The migrations have written rows of their own, which the rows of the dump replace. Triggers fire for none of
    // these.
    await sql`set local session_replication_role = replica`
    const others = [...dump.tables.keys()].filter((name) => !migrationTables.includes(name))
    await sql.unsafe(`truncate ${others.map((name) => `${quote(dump.schema)}.${quote(name)}`).join(', ')}`)
    for (const [name, rows] of dump.tables) {
      if (!migrationTables.includes(name) && rows !== '')
        await copyIn(sql, `${quote(dump.schema)}.${quote(name)}`, rows)
    }
    if (!withSequences) return
    for (const [name, { value, called }] of dump.sequences) {
      await sql`select setval(${`${quote(dump.schema)}.${quote(name)}`}::regclass, ${value}::text::bigint, ${called})`
    }
  })
}

/**
 * Writes a dump into a database that has no such schema, as pg_restore does: schema, rows, sequences.
 *
 * @category combinators
 * @since 0.1.0
 */
const restore = (sql: postgres.Sql, dump: LogicalDump): Promise<void> => write(sql, dump, true)

/**
 * Writes the rows of a dump into a database that has no such schema, without the sequences, as copying tables by hand
 * or logical replication does.
 *
 * @category combinators
 * @since 0.1.0
 */
const copyRows = (sql: postgres.Sql, dump: LogicalDump): Promise<void> => write(sql, dump, false)

/**
 * Functions on {@link LogicalDump}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const LogicalDump = { take, restore, copyRows } as const
