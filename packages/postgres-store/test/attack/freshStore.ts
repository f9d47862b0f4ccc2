import { EventId, type NewEvent, StreamName } from '@foldlog/core'
import { makePostgresStore, migrate, type PostgresStore, type PostgresStoreOptions } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import postgres from 'postgres'

export const testUrl = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''

export const connect = (url: string, options: postgres.Options<Record<string, never>> = {}): postgres.Sql =>
  postgres(url, {
    max: 4,
    fetch_types: false,
    onnotice: () => {},
    backoff: (n) => Math.min(0.02 * 2 ** n, 0.5),
    ...options,
  })

export interface FreshStore {
  readonly url: string
  /** A client for observation, which no test attacks. */
  readonly watcher: postgres.Sql
  readonly sql: postgres.Sql
  readonly schema: string
  /** Marks the connections of `sql` in pg_stat_activity. */
  readonly application: string
  readonly store: PostgresStore
  readonly close: () => Promise<void>
}

let made = 0

/** A store in a schema of its own, on a client of its own. */
export const freshStore = async (
  url: string = testUrl,
  options: Partial<PostgresStoreOptions> = {},
  client: postgres.Options<Record<string, never>> = {},
): Promise<FreshStore> => {
  const schema = `attack_${process.pid}_${made++}`
  const watcher = connect(url, { max: 2 })
  const migrated = await migrate({ sql: watcher, schema })()
  if (E.isLeft(migrated)) throw new Error(JSON.stringify(migrated.left))
  const sql = connect(url, { ...client, connection: { application_name: schema } })
  const store = makePostgresStore({ sql, schema, ...options })
  return {
    url,
    watcher,
    sql,
    schema,
    application: schema,
    store,
    close: async () => {
      await store.stop()
      await sql.end({ timeout: 5 })
      await watcher.unsafe(`drop schema "${schema}" cascade`).catch(() => {})
      await watcher.end({ timeout: 5 })
    },
  }
}

const nextId = EventId.source({ now: Date.now, random: Math.random })

export const newEvent = (data: NewEvent['data'] = {}): NewEvent => ({
  id: nextId(),
  type: 'Happened',
  schemaVersion: 1,
  data,
  metadata: {},
})

export const streamName = (name: string): StreamName => {
  const parsed = StreamName.parse(name)
  if (E.isLeft(parsed)) throw new Error(parsed.left.why)
  return parsed.right
}

/** Waits until a condition holds. The test's own time limit ends what never does. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}
