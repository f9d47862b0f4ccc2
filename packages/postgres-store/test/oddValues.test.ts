import { UserCode } from '@foldlog/core/store'
import { makePostgresStore, makePostgresStoreEither } from '@foldlog/postgres-store'
import { OddValues } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { type FreshStore, freshStore, newEvent, streamName, until } from './attack/freshStore.ts'

let fresh: FreshStore
beforeAll(async () => {
  fresh = await freshStore()
})
afterAll(() => fresh.close())

type Rows = ReadonlyArray<ReadonlyArray<Buffer | null>>

/** A client whose answers arrive with other bytes in the first column of every row. */
const flipping = (sql: postgres.Sql): postgres.Sql => {
  const flip = (rows: Rows): Rows =>
    rows.map(([first, ...rest]) => [first == null ? null : Buffer.from(`]${first.toString('utf8')}`), ...rest])
  const unsafe = (...input: Parameters<postgres.Sql['unsafe']>) => {
    const query = sql.unsafe(...input)
    return new Proxy(query, {
      get: (target, key) =>
        key === 'raw' ? () => target.raw().then((rows) => flip(rows as Rows)) : Reflect.get(target, key),
    })
  }
  return new Proxy(sql, { get: (target, key) => (key === 'unsafe' ? unsafe : Reflect.get(target, key)) })
}

describe('an answer whose bytes were flipped on the way', () => {
  it('is an error that may be retried, for every request', async () => {
    const stream = streamName('flipped-1')
    const event = newEvent()
    expect(await fresh.store.append({ stream, expected: 'any', events: [event] })()).toMatchObject({ _tag: 'Right' })
    const store = makePostgresStore({ sql: flipping(fresh.sql), schema: fresh.schema, notifications: false })
    const handler = { name: 'flipped', generation: 1, partitions: 1, start: 0 }
    const requests: Readonly<Record<string, () => Promise<E.Either<unknown, unknown>>>> = {
      readLog: store.readLog({ after: 0 }),
      findEvents: store.findEvents([event.id]),
      readStream: store.readStream(stream),
      streamInfo: store.streamInfo(stream),
      readFromSnapshot: store.readFromSnapshot(stream, 1),
      history: store.history,
      verify: store.verify({ position: 0, history: '' }),
      register: store.register(handler),
      checkpoints: store.checkpoints(['flipped']),
      generations: store.generations,
      handlerStatuses: store.handlerStatuses,
      listDocuments: store.listDocuments({ name: 'flipped', kind: 'view' }),
      append: store.append({ stream, expected: 'any', events: [newEvent()] }),
    }
    for (const [name, request] of Object.entries(requests)) {
      const outcome = await request().catch((cause: unknown) => `${name} rejects: ${cause}`)
      expect([name, outcome]).toMatchObject([name, { left: { _tag: expect.any(String) } }])
    }
    expect(await store.readLog({ after: 0 })()).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: true, why: expect.stringContaining('cannot be read') },
    })
    await store.stop()
  })
})

describe('odd numbers among the options', () => {
  const numbers = { ...OddValues, zero: () => 0 }
  const limits = ['appends', 'characters', 'inFlight', 'waiting']

  it.each([...limits, 'retryTimeout', 'statementTimeout'])('of %s are refused with their name', (name) => {
    for (const [oddName, make] of Object.entries(numbers)) {
      const value = make()
      UserCode.absorb(value)
      const isLimit = limits.includes(name)
      if (value === undefined || (name === 'retryTimeout' && value === 0) || (isLimit && oddName === '2 ** 48'))
        continue
      const options = (isLimit ? { batching: { [name]: value } } : { [name]: value }) as object
      const made = makePostgresStoreEither({ sql: fresh.sql, schema: fresh.schema, ...options })
      const what = isLimit ? `batching.${name}` : name
      expect([oddName, made]).toMatchObject([oddName, { left: { _tag: 'InvalidInput', what } }])
    }
  })

  it('that are undefined are the defaults', async () => {
    const none = { retryTimeout: undefined, statementTimeout: undefined, batching: { inFlight: undefined } } as never
    const store = makePostgresStore({ sql: fresh.sql, schema: fresh.schema, ...(none as object) })
    const appended = await store.append({ stream: streamName('default-1'), expected: 'any', events: [newEvent()] })()
    expect(E.isRight(appended)).toBe(true)
    await store.stop()
  })
})

describe('a listener to appends that throws', () => {
  it('keeps no other listener from hearing of them', async () => {
    let heard = 0
    const stops = [
      fresh.store.onAppend(() => {
        throw new Error('not now')
      }),
      fresh.store.onAppend(() => void heard++),
    ]
    await fresh.store.append({ stream: streamName('heard-1'), expected: 'any', events: [newEvent()] })()
    await until(() => heard > 0)
    for (const stop of stops) stop()
  })
})
