import { makePostgresStore, transaction } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { connect, type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'
import { appendOne, openAppend, readPositions } from './openAppend.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

const one = (name: string) => ({ stream: streamName(name), expected: 'any', events: [newEvent()] }) as const

describe('opposite orders of locks', () => {
  it('make no append to several streams fail, from several processes, to new and existing streams, within transactions too', async () => {
    await appendOne(fresh, 's-3')
    const warnings: Array<unknown> = []
    const warn = (message: string) => void warnings.push(message)
    const processes = [1, 2, 3].map(() => {
      const sql = connect(fresh.url)
      const logger = { debug() {}, info() {}, warn, error: warn }
      return {
        sql,
        store: makePostgresStore({ sql, schema: fresh.schema, logger, batching: { appends: 1, inFlight: 3 } }),
      }
    })
    const outcomes = await Promise.all(
      processes.flatMap(({ sql, store }, p) =>
        Array.from({ length: 40 }, (_, i) => {
          const names = [1, 2, 3, 4, 5, 6].map((n) => `${n % 2 ? 's' : `new${i}`}-${n}`)
          const appends = (i + p) % 2 ? names.map(one) : names.map(one).reverse()
          return i % 4
            ? store.appendAll(appends)()
            : transaction(sql)((tx) => store.inTransaction(tx).appendAll(appends))()
        }),
      ),
    )
    expect(outcomes.filter(E.isLeft)).toEqual([])
    // No append was sent again, so there was no deadlock that the store hid.
    expect(warnings).toEqual([])
    expect(await fresh.store.streamInfo(streamName('s-3'))()).toMatchObject({ right: { version: 121 } })
    for (const { sql, store } of processes) {
      await store.stop()
      await sql.end({ timeout: 5 })
    }
  })

  it('give one of two transactions of callers a retryable error, and after its retry both are stored', async () => {
    const [left, right] = [await openAppend(fresh, 'a-1'), await openAppend(fresh, 'b-1')]
    const crossing = await Promise.all([
      fresh.store.inTransaction(left.client).append(one('b-1'))(),
      fresh.store.inTransaction(right.client).append(one('a-1'))(),
    ])
    expect(crossing.filter(E.isRight)).toHaveLength(1)
    expect(crossing.filter(E.isLeft)).toMatchObject([
      { left: { _tag: 'StoreUnavailable', retryable: true, cause: { code: '40P01' } } },
    ])
    // The loser's transaction is aborted: its commit is a rollback.
    await left.end('commit')
    await right.end('commit')
    expect((await readPositions(fresh)).events).toHaveLength(2)
    await appendOne(fresh, 'a-1')
    expect((await readPositions(fresh)).events).toHaveLength(3)
  })
})
