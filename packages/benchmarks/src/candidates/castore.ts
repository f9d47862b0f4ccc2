import { EventStore, EventType } from '@castore/core'
import { PostgresEventStorageAdapter } from '@castore/event-storage-adapter-postgres'
import postgres from 'postgres'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { eventType, payload } from '../domain/payload.ts'

/**
 * The state of an account.
 *
 * @category model
 * @since 0.1.0
 */
export interface Balance {
  readonly aggregateId: string
  readonly version: number
  readonly balance: number
}

/**
 * The event of all candidates, in the form of Castore.
 *
 * @category model
 * @since 0.1.0
 */
export interface CastoreEvent {
  readonly aggregateId: string
  readonly version: number
  readonly type: typeof eventType
  readonly payload: ReturnType<typeof payload>
}

const deposited = new EventType<typeof eventType, ReturnType<typeof payload>>({ type: eventType })

const reducer = (
  aggregate: Balance | undefined,
  event: { readonly aggregateId: string; readonly version: number; readonly payload: { readonly amount: number } },
): Balance => ({
  aggregateId: event.aggregateId,
  version: event.version,
  balance: (aggregate?.balance ?? 0) + event.payload.amount,
})

const storeOn = (eventStorageAdapter: PostgresEventStorageAdapter) =>
  new EventStore({ eventStoreId: 'account', eventTypes: [deposited], reducer, eventStorageAdapter })

/**
 * Castore's Postgres store in a database of its own. Its client, `postgres`, has 10 connections by default, like every
 * candidate here.
 *
 * @category model
 * @since 0.1.0
 */
export interface Castore {
  readonly url: string
  readonly store: ReturnType<typeof storeOn>
  /** A client of the benchmarks, to read its table. */
  readonly sql: postgres.Sql
  readonly close: () => Promise<void>
}

/**
 * The store in a new database.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async ({ database }: BenchmarkEnvironment, name = 'castore'): Promise<Castore> => {
  const connectionString = await database(name)
  await PostgresEventStorageAdapter.createEventTable({
    connectionString,
    aggregateId: { type: 'VARCHAR', length: 64 },
  })
  return connect(connectionString)
}

const connect = (url: string): Castore => {
  const adapter = new PostgresEventStorageAdapter({ connectionString: url })
  const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {} })
  return {
    url,
    store: storeOn(adapter),
    sql,
    close: async () => {
      // The adapter has no way to close its client; its idle connections would stay until the end.
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
      await sql.end({ timeout: 5 })
    },
  }
}

/**
 * The same with a new client, for the reason in `Foldlog.reopen`.
 *
 * @category constructors
 * @since 0.1.0
 */
const reopen = async ({ url, close }: Castore): Promise<Castore> => {
  await close()
  return connect(url)
}

/**
 * An event with its future version.
 *
 * @category constructors
 * @since 0.1.0
 */
const event = (aggregateId: string, version: number, amount: number): CastoreEvent => ({
  aggregateId,
  version,
  type: eventType,
  payload: payload(amount),
})

/**
 * The number of events in the table.
 *
 * @category destructors
 * @since 0.1.0
 */
const rows = async ({ sql }: Pick<Castore, 'sql'>): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`select count(*)::float8 as count from event`
  return row.count
}

/**
 * Functions on {@link Castore}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Castore = { open, reopen, event, rows } as const
