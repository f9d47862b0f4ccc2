import { Logger } from '@foldlog/core'
import { type Batching, migrate, postgresStore } from '@foldlog/postgres-store'
import { afterAll, expect, it } from '@jest/globals'
import postgres from 'postgres'
import { freshId, right, streamOf } from '../../core/test/store/given.ts'
import { describeStore } from '../../core/test/store/index.ts'

const { FOLDLOG_TEST_DATABASE_URL: url = '' } = process.env
const sql = postgres(url, { max: 8, fetch_types: false, onnotice() {} })
afterAll(() => sql.end())

const makeStore = (batching: Partial<Batching>) => async () => {
  const schema = `behaviour_${freshId().toLowerCase()}`
  await right(migrate({ sql, schema }))
  const warnings: Array<unknown> = []
  const warn = (message: string, facts: unknown) => {
    warnings.push({ message, facts })
  }
  const store = postgresStore({ sql, schema, batching, logger: { ...Logger.silent, warn, error: warn } })
  const close = async () => {
    await sql`drop schema ${sql(schema)} cascade`
    // Nothing here loses a connection, so what was sent again was in a deadlock, which the store would hide.
    expect(warnings).toEqual([])
  }
  return { schema, store, close }
}

describeStore('Postgres store', makeStore({}))

// As if each came from another process: what races in the tests then meets on the server, and not in one batch.
describeStore('Postgres store that sends each append alone', makeStore({ appends: 1, inFlight: 8 }))

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
