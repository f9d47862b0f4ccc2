import { EventCodec } from '@foldlog/core'
import { makeHandlerTransactions } from '@foldlog/postgres-store'
import { FailurePolicy, makeHandlerRuntime, ParkedEvent, TransactionalHandler } from '@foldlog/subscriptions'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type postgres from 'postgres'
import { limitRetries } from 'retry-ts'
import { right } from '../fixtures.ts'
import { type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
  await fresh.watcher.unsafe(`
    create table "${fresh.schema}".mine (n int unique);
    create table "${fresh.schema}".other (n int unique deferrable initially deferred)`)
})

afterEach(() => fresh.close())

type Poison = (tx: postgres.TransactionSql) => Promise<unknown>

/** What a handler does with the poison event. It returns a Right, if it ends. */
const poisons: Readonly<Record<string, Poison>> = {
  'catches a unique violation': (tx) =>
    tx`insert into ${tx(fresh.schema)}.mine values (1), (1)`.catch((error: unknown) => error),
  'violates a deferred constraint': (tx) => tx`insert into ${tx(fresh.schema)}.other values (1), (1)`,
  'never ends': () => new Promise(() => {}),
  'has a statement that never ends': (tx) => tx`select pg_sleep(100000)`,
}

describe('a transactional handler whose event is poison: its code', () => {
  it.each(Object.keys(poisons))('%s: the event is parked after its tries, and all others are handled', async (name) => {
    const { store, sql, schema, watcher } = fresh
    const events = EventCodec.make({ Happened: t.strict({}) })
    const handler = TransactionalHandler.make({
      name: 'rows',
      from: [{ category: 's', events }],
      transactions: makeHandlerTransactions({ sql, schema, timeout: 300 }),
      onFailure: FailurePolicy.make('park', limitRetries(1)),
      handle: (tx: postgres.TransactionSql, recorded) => async () => {
        for (const { stream, position } of recorded) {
          if (stream === 's-bad') await poisons[name]?.(tx)
          else await tx`insert into ${tx(schema)}.mine values (${position + 1000})`
        }
        return E.right(undefined)
      },
    })
    const append = (stream: string) =>
      right(store.append({ stream: streamName(stream), expected: 'any', events: [newEvent()] }))
    for (const stream of ['s-1', 's-bad', 's-2', 's-bad', 's-3']) await append(stream)
    const runtime = makeHandlerRuntime({ store, handlers: [handler], limits: { leaseTime: 5_000 } })
    await right(runtime.start)
    const { positions } = await append('s-1')
    await right(runtime.waitFor(['rows'], positions[0] ?? 0, 60_000))
    const parked = await right(ParkedEvent.list(store, 'rows'))
    expect(parked.map(({ version, behind, attempts }) => [version, behind, attempts])).toEqual([
      [1, false, 2],
      [2, true, 0],
    ])
    const rows = await watcher.unsafe(`select count(*)::int as n from "${schema}".mine`)
    expect(rows[0]?.['n']).toBe(4)
    await runtime.stop()
  })
})
