import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { afterAll, expect, it } from '@jest/globals'
import { option as O } from 'fp-ts'
import postgres from 'postgres'
import { createStream, freshId, newEvents, right } from './fixtures.ts'
import { postgresRewinding } from './postgresRewinding.ts'

const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { max: 4, fetch_types: false, onnotice() {} })
const schema = `left_behind_${freshId().toLowerCase()}`

afterAll(async () => {
  await sql`drop schema ${sql(schema)} cascade`
  await sql.end()
})

// A restored dump takes the snapshots back too. A copy of rows may leave them, and then other events have their
// versions.
it('a store returns no snapshot whose event is gone, and replaces it by any snapshot whose event is there', async () => {
  await right(migrate({ sql, schema }))
  const store = makePostgresStore({ sql, schema })
  const rewinding = postgresRewinding(sql, schema, { except: ['snapshots'] })
  const stream = await createStream(store, 2)
  const append = (expected: number) => right(store.append({ stream, expected, events: newEvents(3) }))
  const keptOf = async () => (await right(store.readFromSnapshot(stream, 1))).snapshot
  const snapshot = (version: number, state: string) => ({ stream, version, schemaVersion: 1, state })

  await right(store.saveSnapshot(snapshot(2, 'shared')))
  const restore = await rewinding.backup()
  await restore()
  expect(await keptOf()).toEqual(O.some(snapshot(2, 'shared')))

  await append(2)
  await right(store.saveSnapshot(snapshot(5, 'gone')))
  await restore()
  expect(await keptOf()).toEqual(O.none)
  await append(2)
  const { page: slice, ...found } = await right(store.readFromSnapshot(stream, 1))
  expect(found.snapshot).toEqual(O.none)
  expect(slice.events.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5])
  expect(await sql`select version::int from ${sql(schema)}.snapshots`).toEqual([{ version: 5 }])

  await right(store.saveSnapshot(snapshot(4, 'now')))
  expect(await keptOf()).toEqual(O.some(snapshot(4, 'now')))
  await store.stop()
})
