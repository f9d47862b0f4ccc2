import { Logger } from '@foldlog/core'
import { migrate, type PostgresStoreOptions, postgresStore } from '@foldlog/postgres-store'
import { describeStoreLaws } from '@foldlog/testing'
import { afterAll, describe, expect, it } from '@jest/globals'
import postgres from 'postgres'
import { freshId, right, streamOf } from '../../testing/src/laws/given.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''

const clients: Array<postgres.Sql> = []
afterAll(() => Promise.all(clients.map((sql) => sql.end())))

/**
 * A client for 25 stores, then another. A server process keeps the plans of all that it ever ran, and looks through them whenever something is
 * created or dropped: hundreds of schemas on the same connections grow slow. Connections that nobody uses any more close by themselves.
 */
const connections = (options: postgres.Options<Record<string, never>>): (() => postgres.Sql) => {
  const connect = () => postgres(url, { max: 6, idle_timeout: 2, fetch_types: false, onnotice() {}, ...options })
  let [given, sql] = [0, connect()]
  clients.push(sql)
  return () => {
    if (given++ % 25 === 24) {
      sql = connect()
      clients.push(sql)
    }
    return sql
  }
}

const makeStore = (
  options: Partial<PostgresStoreOptions> = {},
  client: postgres.Options<Record<string, never>> = {},
) => {
  const nextClient = connections(client)
  return async () => {
    const sql = nextClient()
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
    return { sql, schema, store: make(), other: make(), close }
  }
}

const runner = { describe, it, timeout: 300_000 }
const numRuns = 30

describeStoreLaws(runner, 'Postgres store', makeStore(), { numRuns })

// As if each came from another process: what races in the laws then meets on the server, and not in one batch.
describeStoreLaws(
  runner,
  'Postgres store that sends each append alone',
  makeStore({ batching: { appends: 1, inFlight: 8 } }),
  { numRuns },
)

// As behind a pooler that gives each transaction another server process.
describeStoreLaws(runner, 'Postgres store without prepared statements', makeStore({}, { prepare: false }), {
  numRuns: 10,
})

// Through the port this cannot be seen: a deleted stream gives out nothing.
it('drops the snapshots of a stream that is deleted, and of no other', async () => {
  const { sql, schema, store, close } = await makeStore()()
  const [gone, kept] = [await streamOf(store, 1), await streamOf(store, 1)]
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
