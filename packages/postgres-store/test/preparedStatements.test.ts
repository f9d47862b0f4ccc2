import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E, type taskEither as TE } from 'fp-ts'
import { connect, freshDatabase, until } from './connect.ts'
import { freshStream, newEvents, right } from './fixtures.ts'

/** A pooler, or a `discard all` of somebody else, takes the prepared statements of a session away. */
describe('a client whose prepared statements are lost', () => {
  const admin = connect()
  const sql = () => connect({ max: 1 }, database.url)
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let store: PostgresStore
  const client = { current: admin }
  beforeAll(async () => {
    database = await freshDatabase(admin)
    client.current = sql()
    await right(migrate({ sql: client.current }))
    // The driver may lose the order of answers then: such a statement has none, and its connection is closed.
    store = makePostgresStore({ sql: client.current, statementTimeout: 1_000, retryTimeout: 40_000 })
  })
  afterAll(async () => {
    await store.stop()
    await client.current.end()
    await database.drop()
    await admin.end()
  })
  // A connection whose answers no longer fit is closed, and this statement may be on it.
  const lose = (statement: string) =>
    until(async () =>
      client.current.unsafe(statement).then(
        () => true,
        () => false,
      ),
    )
  const append = () => store.append({ stream: freshStream(), expected: 'noStream', events: newEvents(1) })

  it('goes on, for each way in which they are lost, alone and with many statements under way', async () => {
    for (const statement of ['discard all', 'deallocate all']) {
      await right(append())
      await right(store.readLog())
      await lose(statement)
      await right(append())
      await lose(statement)
      const many = [...Array.from({ length: 20 }, append), store.readLog(), store.settledPosition]
      expect((await Promise.all(many.map((one: TE.TaskEither<unknown, unknown>) => one()))).filter(E.isLeft)).toEqual(
        [],
      )
    }
  })
})
