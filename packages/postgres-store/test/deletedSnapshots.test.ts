import { afterAll, expect, it } from '@jest/globals'
import { connect, freshName, migratedStore } from './connect.ts'
import { createStream, right } from './fixtures.ts'

const sql = connect()
const schema = freshName('deleted_snapshots')
afterAll(async () => {
  await sql`drop schema ${sql(schema)} cascade`
  await sql.end()
})

// Through the port this cannot be seen: a deleted stream gives out nothing.
it('drops the snapshots of a stream that is deleted, and of no other', async () => {
  const store = await migratedStore({ sql, schema })
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
})
