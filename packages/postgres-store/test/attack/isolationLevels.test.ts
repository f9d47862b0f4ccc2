import { makePostgresStore } from '@foldlog/postgres-store'
import { describe, expect, it } from '@jest/globals'
import { connect, freshStore, newEvent, streamName } from './freshStore.ts'
import { readPositions } from './openAppend.ts'

describe.each(['repeatable read', 'serializable'] as const)('%s as the default isolation', (level) => {
  const refused = {
    left: {
      _tag: 'StoreUnavailable',
      retryable: false,
      why: `PostgresError: the transaction isolation is ${level}, foldlog needs read committed (FL001)`,
      cause: { code: 'FL001' },
    },
  }

  it('makes appends, deletions and readers of the log fail, and nothing is stored', async () => {
    const fresh = await freshStore()
    const sql = connect(fresh.url, { connection: { default_transaction_isolation: level } })
    const strict = makePostgresStore({ sql, schema: fresh.schema })
    const append = { stream: streamName('s-1'), expected: 'any', events: [newEvent()] } as const
    expect(await strict.append(append)()).toMatchObject(refused)
    expect(await strict.readLog()()).toMatchObject(refused)
    expect(await readPositions(fresh)).toEqual({ events: [], settled: 0 })
    await fresh.store.append(append)()
    expect(await strict.deleteStream(append.stream, 'any')()).toMatchObject(refused)
    expect(await fresh.store.streamInfo(append.stream)()).toMatchObject({ right: { status: 'open' } })
    await strict.stop()
    await sql.end({ timeout: 5 })
    await fresh.close()
  })

  it('makes an append within a transaction of the caller’s fail', async () => {
    const fresh = await freshStore()
    await fresh.watcher
      .begin(`isolation level ${level}`, async (tx) => {
        const append = { stream: streamName('s-1'), expected: 'any', events: [newEvent()] } as const
        expect(await fresh.store.inTransaction(tx).append(append)()).toMatchObject(refused)
      })
      // The client reports every statement that failed in the transaction.
      .catch((error: unknown) => expect(error).toMatchObject({ code: 'FL001' }))
    expect(await readPositions(fresh)).toEqual({ events: [], settled: 0 })
    await fresh.close()
  })
})
