import { Logger } from '@foldlog/core'
import { migrate, type PostgresStoreOptions, postgresStore } from '@foldlog/postgres-store'
import { describeLaws, storeLaws } from '@foldlog/testing'
import { afterAll, describe, expect, it } from '@jest/globals'
import postgres from 'postgres'
import { createStream, freshId, right } from '../../testing/src/laws/fixtures.ts'
import { findPgBouncer, type PgBouncer, startPgBouncer } from './PgBouncer.ts'
import { postgresRewinding } from './postgresRewinding.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''

const clients: Array<postgres.Sql> = []
const closing: Array<() => Promise<void>> = []
afterAll(async () => {
  await Promise.all(clients.map((sql) => sql.end()))
  for (const close of closing) await close()
})

const directly = async () => url

const program = findPgBouncer()

/** Started when the first store needs it. */
let pooler: Promise<PgBouncer> | undefined
const throughPooler = async () => {
  if (pooler === undefined) {
    pooler = startPgBouncer(program ?? '', url, 10)
    closing.push((await pooler).stop)
  }
  return (await pooler).url
}

/**
 * One client for each 25 stores. A server process keeps all plans that it ever made, and searches them whenever an
 * object is created or dropped: hundreds of schemas on the same connections grow slow. Unused connections close by
 * themselves.
 */
const clientsOf = (options: postgres.Options<Record<string, never>>) => {
  let [given, sql]: [number, postgres.Sql | undefined] = [0, undefined]
  return (server: string): postgres.Sql => {
    if (sql === undefined || given++ % 25 === 24) {
      sql = postgres(server, { max: 6, idle_timeout: 2, fetch_types: false, onnotice() {}, ...options })
      clients.push(sql)
    }
    return sql
  }
}

const makeStore = (
  options: Partial<PostgresStoreOptions> = {},
  client: postgres.Options<Record<string, never>> = {},
  way = directly,
) => {
  const nextClient = clientsOf(client)
  return async () => {
    const sql = nextClient(await way())
    const schema = `behaviour_${freshId().toLowerCase()}`
    await right(migrate({ sql, schema }))
    const warnings: Array<unknown> = []
    const warn = (message: string, facts: unknown) => {
      warnings.push({ message, facts })
    }
    const make = () => postgresStore({ sql, schema, logger: { ...Logger.silent, warn, error: warn }, ...options })
    const close = async () => {
      await sql`drop schema ${sql(schema)} cascade`
      // Nothing here loses a connection, so what was sent again was in a deadlock, which the store would hide.
      expect(warnings).toEqual([])
    }
    return { sql, schema, store: make(), other: make(), rewinding: postgresRewinding(sql, schema), close }
  }
}

const runner = { describe, it, timeout: 300_000 }
const numRuns = 30

describeLaws(runner, 'Postgres store', storeLaws, { makeStore: makeStore(), numRuns })

// As if each came from another process: what races in the laws then meets on the server, and not in one batch.
describeLaws(runner, 'Postgres store that sends each append alone', storeLaws, {
  makeStore: makeStore({ batching: { appends: 1, inFlight: 8 } }),
  numRuns,
})

// A pooler gives each transaction another server process, which knows nothing of what another has prepared.
describeLaws(
  runner,
  `Postgres store without prepared statements, ${program === undefined ? 'directly: pgbouncer is not installed' : 'through a pooler'}`,
  storeLaws,
  { makeStore: makeStore({}, { prepare: false }, program === undefined ? directly : throughPooler), numRuns: 10 },
)

// Through the port this cannot be seen: a deleted stream gives out nothing.
it('drops the snapshots of a stream that is deleted, and of no other', async () => {
  const { sql, schema, store, close } = await makeStore()()
  const [gone, kept] = [await createStream(store, 1), await createStream(store, 1)]
  for (const stream of [gone, kept]) {
    for (const schemaVersion of [1, 2]) {
      await right(store.saveSnapshot({ stream, version: 1, schemaVersion, state: stream }))
    }
  }
  await right(store.deleteStream(gone, 1))
  const rows = await sql<Array<{ state: string }>>`select state #>> '{}' as state from ${sql(schema)}.snapshots`
  expect(rows.map(({ state }) => state)).toEqual([kept, kept])
  await store.stop()
  await close()
})
