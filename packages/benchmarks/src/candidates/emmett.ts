import { getPostgreSQLEventStore, type PostgresEventStore } from '@event-driven-io/emmett-postgresql'
import pg from 'pg'
import postgres from 'postgres'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { eventType, payload } from '../domain/payload.ts'

/**
 * Emmett's Postgres store in a database of its own, on a pool of its client, `pg`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Emmett {
  readonly url: string
  readonly store: PostgresEventStore
  /** A client of the benchmarks, to read its tables. */
  readonly sql: postgres.Sql
  readonly close: () => Promise<void>
}

/**
 * The event of all candidates, in the form of Emmett.
 *
 * @category model
 * @since 0.1.0
 */
export interface EmmettEvent {
  readonly type: typeof eventType
  readonly data: ReturnType<typeof payload>
  readonly kind?: 'Event'
}

const connect = async (url: string, connections: number): Promise<Emmett> => {
  const pool = new pg.Pool({ connectionString: url, max: connections })
  // A hanging pool cannot be closed. Its connections end with its database, and the error is ignored.
  pool.on('error', () => {})
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } })
  await store.schema.migrate()
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} })
  const close = async () => {
    await sql.end({ timeout: 5 })
    await store.close()
    await pool.end()
  }
  return { url, store, sql, close }
}

/**
 * Emmett's Postgres store in a database of its own.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async ({ database, connections }: BenchmarkEnvironment, name = 'emmett'): Promise<Emmett> =>
  connect(await database(name), connections)

/**
 * The same with a new client, for the reason in `Foldlog.reopen`.
 *
 * @category constructors
 * @since 0.1.0
 */
const reopen = async ({ connections }: BenchmarkEnvironment, { url, close }: Emmett): Promise<Emmett> => {
  await close()
  return connect(url, connections)
}

const kept = new WeakMap<BenchmarkEnvironment, Promise<Emmett>>()

/**
 * A store that several candidates of a workload share. They only read the events that the first of them has stored, and
 * the first one closes it.
 *
 * @category constructors
 * @since 0.1.0
 */
const shared = (arena: BenchmarkEnvironment, fill: (emmett: Emmett) => Promise<void>): Promise<Emmett> => {
  const opened =
    kept.get(arena) ??
    open(arena).then(async (emmett) => {
      await fill(emmett)
      return emmett
    })
  kept.set(arena, opened)
  return opened
}

/**
 * An event.
 *
 * @category constructors
 * @since 0.1.0
 */
const event = (amount: number): EmmettEvent => ({ type: eventType, data: payload(amount) })

/**
 * The number of events in the table.
 *
 * @category destructors
 * @since 0.1.0
 */
const rows = async ({ sql }: Pick<Emmett, 'sql'>): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`select count(*)::float8 as count from emt_messages`
  return row.count
}

/**
 * Functions on {@link Emmett}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Emmett = { open, reopen, shared, event, rows } as const
