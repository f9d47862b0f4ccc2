import { EventId, type NewEvent, StreamName } from '@foldlog/core'
import { type Batching, makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { eventType, payload } from '../domain/payload.ts'
import { expectRight } from '../expectRight.ts'

/**
 * A Postgres store in a database of its own, as a user has it: migrated, with its defaults.
 *
 * @category model
 * @since 0.1.0
 */
export interface Foldlog {
  readonly url: string
  readonly sql: postgres.Sql
  readonly store: PostgresStore
  readonly close: () => Promise<void>
}

/**
 * The store in an existing database.
 *
 * @category constructors
 * @since 0.1.0
 */
const connect = (url: string, connections: number, batching: Partial<Batching> = {}): Foldlog => {
  const sql = postgres(url, { max: connections, fetch_types: false, onnotice: () => {} })
  const store = makePostgresStore({ sql, batching })
  const close = async () => {
    await store.stop()
    await sql.end({ timeout: 5 })
  }
  return { url, sql, store, close }
}

/**
 * The store in a new database.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async ({ database, connections }: BenchmarkEnvironment, name = 'foldlog'): Promise<Foldlog> => {
  const foldlog = connect(await database(name), connections)
  await expectRight(migrate({ sql: foldlog.sql }))
  return foldlog
}

/**
 * The same store with a new client. Filling a log opens connections that a single caller would not have. `postgres`
 * uses them in turn, and with more connections each call takes longer.
 *
 * @category constructors
 * @since 0.1.0
 */
const reopen = async (
  { connections }: Pick<BenchmarkEnvironment, 'connections'>,
  { url, close }: Foldlog,
): Promise<Foldlog> => {
  await close()
  return connect(url, connections)
}

const nextId = EventId.source({ now: Date.now, random: Math.random })

/**
 * A new event.
 *
 * @category constructors
 * @since 0.1.0
 */
const event = (amount: number): NewEvent => ({
  id: nextId(),
  type: eventType,
  schemaVersion: 1,
  data: payload(amount),
  metadata: {},
})

/**
 * The name of a stream. The benchmarks make only valid ones.
 *
 * @category constructors
 * @since 0.1.0
 */
const stream = (id: string): StreamName => {
  const name = StreamName.make('account', id)
  if (E.isLeft(name)) throw new Error(`${name.left.what} ${name.left.why}`)
  return name.right
}

/**
 * The number of events in the table.
 *
 * @category destructors
 * @since 0.1.0
 */
const rows = async ({ sql }: Pick<Foldlog, 'sql'>): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`select count(*)::float8 as count from foldlog.events`
  return row.count
}

/**
 * Functions on {@link Foldlog}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Foldlog = { connect, open, reopen, event, stream, rows } as const
