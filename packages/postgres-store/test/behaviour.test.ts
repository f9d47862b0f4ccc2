import { Logger } from '@foldlog/core'
import { migrate, type PostgresStoreOptions, postgresStore } from '@foldlog/postgres-store'
import { describeStoreLaws } from '@foldlog/testing'
import { afterAll, describe, expect, it } from '@jest/globals'
import postgres from 'postgres'
import { freshId, right, streamOf } from '../../testing/src/laws/given.ts'

const connect = (options: postgres.Options<Record<string, never>> = {}) =>
  postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { max: 8, fetch_types: false, onnotice() {}, ...options })

const sql = connect()
const unprepared = connect({ prepare: false })
afterAll(() => Promise.all([sql.end(), unprepared.end()]))

const makeStore = (options: Partial<PostgresStoreOptions>) => async () => {
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
  return { schema, store: make(), other: make(), close }
}

const numRuns = 30

describeStoreLaws({ describe, it }, 'Postgres store', makeStore({}), { numRuns })

// As if each came from another process: what races in the laws then meets on the server, and not in one batch.
describeStoreLaws(
  { describe, it },
  'Postgres store that sends each append alone',
  makeStore({ batching: { appends: 1, inFlight: 8 } }),
  { numRuns },
)

// As behind a pooler that gives each transaction another server process.
describeStoreLaws({ describe, it }, 'Postgres store without prepared statements', makeStore({ sql: unprepared }), {
  numRuns,
})

// Through the port this cannot be seen: a deleted stream gives out nothing.
it('drops the snapshots of a stream that is deleted, and of no other', async () => {
  const { schema, store, close } = await makeStore({})()
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
