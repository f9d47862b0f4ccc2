import type { StreamName } from '@foldlog/core'
import type { ReadStreamOptions } from '@foldlog/core/store'
import { makePostgresStore, type PostgresStore, type SqlClient } from '@foldlog/postgres-store'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { type FreshStore, freshStore, newEvent, streamName } from './attack/freshStore.ts'
import { left, right } from './fixtures.ts'

let fresh: FreshStore
let store: PostgresStore
/** The function that each statement called. */
let called: Array<string> = []

const missing = streamName('missing-1')
const deleted = streamName('deleted-1')
/** Numbers of events in streams: fewer than one statement reads, as many, and more. */
const lengths = [1, 20, 99, 100, 101, 250]
const ofLength = (length: number): StreamName => streamName(`length-${length}`)

const counting = (sql: SqlClient): SqlClient => ({
  unsafe: (text, parameters, options) => {
    // The notification of an earlier append is sent in a statement of its own, at some later moment.
    if (!text.includes('pg_notify')) called.push(/\.(\w+)\(/.exec(text)?.[1] ?? text)
    return sql.unsafe(text, parameters, options)
  },
})

beforeAll(async () => {
  fresh = await freshStore()
  store = makePostgresStore({ sql: counting(fresh.sql), schema: fresh.schema })
  for (const length of lengths) {
    const events = Array.from({ length }, (_, n) => newEvent({ n }))
    await right(store.append({ stream: ofLength(length), expected: 'noStream', events }))
  }
  await right(store.append({ stream: deleted, expected: 'noStream', events: [newEvent()] }))
  await right(store.deleteStream(deleted, 'any'))
})

afterAll(() => fresh.close())

beforeEach(() => {
  called = []
})

type Reading = readonly [stream: StreamName, options: ReadStreamOptions]

const readTogether = (readings: ReadonlyArray<Reading>) =>
  Promise.all(readings.map(([stream, options]) => store.readStream(stream, options)()))

const readApart = async (readings: ReadonlyArray<Reading>) => {
  const slices: Array<Awaited<ReturnType<ReturnType<PostgresStore['readStream']>>>> = []
  for (const [stream, options] of readings) slices.push(await store.readStream(stream, options)())
  return slices
}

const reading = fc.tuple(
  fc.constantFrom(missing, deleted, ...lengths.map(ofLength)),
  fc.record(
    {
      from: fc.oneof(fc.integer({ min: 0, max: 260 }), fc.constantFrom(0, 1)),
      count: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(99, 100, 101)),
      direction: fc.constantFrom('forward', 'backward'),
    },
    { requiredKeys: [] },
  ),
)

describe('streams that are read at once', () => {
  it('are as they are when each is read alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reading, { minLength: 2, maxLength: 8 }), async (readings) => {
        expect(await readTogether(readings)).toEqual(await readApart(readings))
      }),
      { numRuns: 100 },
    )
  })

  it('are read in one statement, and a stream that is read alone in its own', async () => {
    await readTogether(Array.from({ length: 50 }, () => [ofLength(20), {}]))
    expect(called).toEqual(['read_streams'])
    called = []
    await right(store.readStream(ofLength(20)))
    expect(called).toEqual(['read_stream'])
  })

  it('are read to their end one by one when they are long', async () => {
    await readTogether([
      [ofLength(250), {}],
      [ofLength(100), {}],
      [ofLength(250), { count: 100 }],
      [ofLength(101), {}],
    ])
    expect(called).toEqual(['read_streams', 'read_stream', 'read_stream'])
  })

  it('are at most the limit in one statement', async () => {
    const slices = await readTogether(Array.from({ length: 300 }, () => [ofLength(1), {}]))
    expect(slices.every(({ _tag }) => _tag === 'Right')).toBe(true)
    expect(called).toEqual(['read_streams', 'read_streams', 'read_streams'])
  })

  it('are no larger together than an answer may be: the others are read alone', async () => {
    const text = 'x'.repeat(900_000)
    const large = Array.from({ length: 4 }, (_, i) => streamName(`large-${i}`))
    for (const stream of large) {
      const events = Array.from({ length: 9 }, () => newEvent({ text }))
      await right(store.append({ stream, expected: 'noStream', events }))
    }
    called = []
    const slices = await readTogether(large.map((stream) => [stream, {}]))
    expect(slices.map((slice) => slice._tag === 'Right' && slice.right.events.length)).toEqual([9, 9, 9, 9])
    expect(called).toEqual(['read_streams', 'read_stream', 'read_stream'])
  })

  it('are read although the store is stopped in that turn; later ones are not', async () => {
    const stopping = makePostgresStore({ sql: fresh.sql, schema: fresh.schema })
    const readings = [ofLength(250), ofLength(1)].map((stream) => stopping.readStream(stream)())
    const stopped = stopping.stop()
    for (const slice of await Promise.all(readings)) expect(slice._tag).toBe('Right')
    await stopped
    expect(await left(stopping.readStream(ofLength(1)))).toMatchObject({ _tag: 'StoreUnavailable' })
  })

  it('are read alone when their statement fails: one that cannot be read fails by itself', async () => {
    const sql = counting(fresh.sql)
    const failing: SqlClient = {
      unsafe: (text, parameters, options) => {
        const bad = parameters?.some((parameter) => parameter?.includes('length-250') === true) === true
        return sql.unsafe(bad ? 'select 1 / 0' : text, bad ? [] : parameters, options)
      },
    }
    const patient = makePostgresStore({ sql: failing, schema: fresh.schema })
    const [good, bad, other] = await Promise.all([20, 250, 101].map((length) => patient.readStream(ofLength(length))()))
    expect(good).toMatchObject({ _tag: 'Right', right: { version: 20 } })
    expect(other).toMatchObject({ _tag: 'Right', right: { version: 101 } })
    expect(bad).toMatchObject({ _tag: 'Left', left: { _tag: 'StoreUnavailable' } })
  })

  it('all get an error when the store is not available', async () => {
    const nowhere = makePostgresStore({ sql: fresh.sql, schema: 'nowhere' })
    const slices = await Promise.all([1, 2, 3].map(() => nowhere.readStream(ofLength(1))()))
    expect(slices.map((slice) => slice._tag === 'Left' && slice.left._tag)).toEqual(Array(3).fill('StoreUnavailable'))
  })
})
