import { EventCodec, EventId, type StreamName } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { add, counter } from './counter.ts'
import { runWorkers, type Tally } from './workers.ts'

const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
const sql = postgres(url, { max: 4, fetch_types: false, onnotice: () => {} })

let store: PostgresStore
let schema = ''
let schemas = 0

beforeEach(async () => {
  schema = `dispatcher_${process.pid}_${schemas++}`
  expect(await migrate({ sql, schema })()).toEqual(E.right(undefined))
  store = makePostgresStore({ sql, schema })
})

afterAll(async () => {
  for (let i = 0; i < schemas; i++) await sql.unsafe(`drop schema "dispatcher_${process.pid}_${i}" cascade`)
  await sql.end()
})

const workers = (
  many: number,
  count: number,
  inFlight: number,
  prefix?: string | ((child: number) => string),
  script = 'worker.mjs',
): Promise<ReadonlyArray<Tally>> => runWorkers(many, { script, url, schema, count, inFlight, prefix })

describe('dispatchers in several processes on one stream', () => {
  it('1,000 increments from 4 processes make 1,000: none lost, none failed', async () => {
    const tallies = await workers(4, 250, 8)
    expect(tallies.flatMap(({ failed }) => failed)).toEqual([])
    expect(tallies.reduce((sum, { firsts }) => sum + firsts, 0)).toBe(1_000)
    const { load } = makeDispatcher({ store, aggregates: [counter] })
    expect(await load(counter, 'hot')()).toMatchObject({ right: { version: 1_000, state: { value: 1_000 } } })
  })

  it('the same 200 commands from 4 processes at once are handled once each', async () => {
    const tallies = await workers(4, 200, 8, 'command')
    expect(tallies.flatMap(({ failed }) => failed)).toEqual([])
    expect(tallies.map(({ firsts, duplicates }) => firsts + duplicates)).toEqual([200, 200, 200, 200])
    // Of the processes that dispatched one command at the same moment, one got a result that is no duplicate.
    expect(tallies.reduce((sum, { firsts }) => sum + firsts, 0)).toBe(200)
    const { load } = makeDispatcher({ store, aggregates: [counter] })
    expect(await load(counter, 'hot')()).toMatchObject({ right: { version: 200, state: { value: 200 } } })
  })

  it('a command is known after a restart, in another process too', async () => {
    const [before] = await workers(1, 20, 1, 'command')
    const [after] = await workers(1, 20, 1, 'command')
    expect(before).toEqual({ firsts: 20, duplicates: 0, failed: [] })
    expect(after).toEqual({ firsts: 0, duplicates: 20, failed: [] })
    const { dispatch } = makeDispatcher({ store, aggregates: [counter] })
    expect(await dispatch(add('hot', 1), { commandId: 'command-7' })()).toMatchObject({
      right: { version: 8, duplicate: true },
    })
  })
})

describe('on Postgres', () => {
  it('a dispatch returns the stored events', async () => {
    const { dispatch } = makeDispatcher({ store, aggregates: [counter] })
    const results = await Promise.all(Array.from({ length: 50 }, (_, i) => dispatch(add(`${i % 7}`, i))()))
    const log = await store.readLog()()
    const stored = E.isRight(log) ? EventCodec.decodeAll(counter.events)(log.right.events) : log
    const given = results
      .flatMap((result) => (E.isRight(result) ? result.right.events : []))
      .toSorted((a, b) => a.position - b.position)
    expect(stored).toEqual(E.right(given))
  })
})

describe('joint decisions in several processes', () => {
  const opening = 30
  const nextId = EventId.source({ now: Date.now, random: Math.random })
  const limit = 45

  beforeEach(async () => {
    const events = (by: number) => [{ id: nextId(), type: 'Moved', schemaVersion: 1, data: { by }, metadata: {} }]
    for (const [id, by] of [...['0', '1', '2', '3'].map((id) => [id, opening] as const), ['limit', limit] as const]) {
      // Reads category-id.
      const stored = await store.append({ stream: `account-${id}` as StreamName, expected: 0, events: events(by) })()
      expect(E.isRight(stored)).toBe(true)
    }
  })

  /** The balances after each command, and the number of commands. Fails when a command is not whole in one place. */
  const replay = async () => {
    const log = await store.readLog({ count: 10_000 })()
    if (E.isLeft(log)) throw new Error('the log cannot be read')
    const moves = log.right.events.slice(5)
    const balances = new Map(['0', '1', '2', '3'].map((id) => [`account-${id}`, opening]))
    for (let i = 0; i < moves.length; i += 2) {
      const pair = moves.slice(i, i + 2)
      expect(new Set(pair.map(({ metadata }) => metadata.causationId)).size).toBe(1)
      for (const { stream, data } of pair) {
        // The worker has written it.
        balances.set(stream, (balances.get(stream) ?? 0) + (data as { readonly by: number }).by)
      }
      const all = [...balances.values()]
      expect(Math.min(...all)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...all)).toBeLessThanOrEqual(limit)
      expect(all.reduce((sum, one) => sum + one, 0)).toBe(4 * opening)
    }
    return moves.length / 2
  }

  it('lose no update and break no rule: every amount that leaves an account is in another one', async () => {
    const all = await workers(2, 150, 8, (child) => `of-${child}`, 'jointWorker.mjs')
    expect(all.flatMap(({ failed }) => failed)).toEqual([])
    expect(all.reduce((sum, { firsts, refused = 0 }) => sum + firsts + refused, 0)).toBe(300)
    expect(await replay()).toBe(all.reduce((sum, { firsts }) => sum + firsts, 0))
  })

  it('the same commands in two processes are done once each', async () => {
    const all = await workers(2, 100, 8, 'same', 'jointWorker.mjs')
    expect(all.flatMap(({ failed }) => failed)).toEqual([])
    expect(await replay()).toBe(all.reduce((sum, { firsts }) => sum + firsts, 0))
  })
})
