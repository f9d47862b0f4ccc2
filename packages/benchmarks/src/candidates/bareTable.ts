import postgres from 'postgres'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { eventType, payload } from '../domain/payload.ts'

/**
 * The smallest table for events of streams, without a library: the maximum of Postgres, through the same client that
 * foldlog uses.
 *
 * @category model
 * @since 0.1.0
 */
export interface BareTable {
  readonly url: string
  readonly sql: postgres.Sql
  readonly close: () => Promise<void>
}

/**
 * A new table in a new database.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async ({ database, connections }: BenchmarkEnvironment, name = 'bare'): Promise<BareTable> => {
  const url = await database(name)
  const sql = postgres(url, { max: connections, fetch_types: false, onnotice: () => {} })
  await sql`
    create table events (
      position bigint generated always as identity primary key,
      stream text not null, version bigint not null, type text not null, data jsonb not null,
      unique (stream, version)
    )`
  return { url, sql, close: () => sql.end({ timeout: 5 }) }
}

/**
 * Stores one event, in a transaction of its own.
 *
 * @category combinators
 * @since 0.1.0
 */
const insert = ({ sql }: BareTable, stream: string, version: number, amount: number): Promise<unknown> =>
  sql`insert into events (stream, version, type, data)
      values (${stream}, ${version}, ${eventType}, ${sql.json(payload(amount))})`.execute()

/**
 * Stores many events by one COPY, as lines of text: `streams` streams of equal length.
 *
 * @category combinators
 * @since 0.1.0
 */
const copy = async ({ sql }: BareTable, prefix: string, streams: number, events: number): Promise<void> => {
  const target = await sql`copy events (stream, version, type, data) from stdin`.writable()
  const done = new Promise<void>((resolve, reject) => {
    target.on('finish', resolve).on('error', reject)
  })
  for (let stream = 0; stream < streams; stream++) {
    const lines = Array.from(
      { length: events },
      (_, i) => `${prefix}-${stream}\t${i + 1}\t${eventType}\t${JSON.stringify(payload(1))}\n`,
    )
    if (!target.write(lines.join(''))) await new Promise((resolve) => target.once('drain', resolve))
  }
  target.end()
  await done
}

/**
 * The number of events in the table.
 *
 * @category destructors
 * @since 0.1.0
 */
const rows = async ({ sql }: Pick<BareTable, 'sql'>): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`select count(*)::float8 as count from events`
  return row.count
}

/**
 * Functions on {@link BareTable}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const BareTable = { open, insert, copy, rows } as const
