import { makePostgresStore, type SqlClient } from '@foldlog/postgres-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { freshStore, newEvent, streamName } from './freshStore.ts'

const append = (i: number) =>
  ({ stream: streamName(`s-${i}`), expected: 'noStream', events: [newEvent({ i })] }) as const

type Rows = Awaited<ReturnType<ReturnType<SqlClient['unsafe']>['raw']>>

/**
 * A client in which every answer goes to the statement after its own, as happens to `postgres` when it keeps a lost
 * statement.
 */
const shifted = (
  sql: SqlClient,
): { readonly sql: SqlClient; readonly start: () => void; readonly ended: () => number } => {
  let shifting = false
  let kept: Rows = []
  let ended = 0
  const unsafe: SqlClient['unsafe'] = (text, parameters, options) => {
    const sent = sql.unsafe(text, parameters, options)
    if (text.includes('pg_terminate_backend')) {
      // This makes the client clear its list.
      shifting = false
      ended++
    }
    const rawAnswer = sent.raw.bind(sent)
    const raw = async (): Promise<Rows> => {
      const rows = await rawAnswer()
      if (!shifting) return rows
      const given = kept
      kept = rows
      return given
    }
    return Object.assign(sent, { raw })
  }
  const start = () => {
    shifting = true
  }
  return { sql: { unsafe }, start, ended: () => ended }
}

/** A client that reads the next answer with the columns of another statement: only the first two. */
const cutting = (
  sql: SqlClient,
): { readonly sql: SqlClient; readonly cut: () => void; readonly isCut: () => boolean } => {
  let state: 'whole' | 'next' | 'cut' = 'whole'
  const unsafe: SqlClient['unsafe'] = (text, parameters, options) => {
    const sent = sql.unsafe(text, parameters, options)
    const rawAnswer = sent.raw.bind(sent)
    const raw = async (): Promise<Rows> => {
      const rows = await rawAnswer()
      if (state !== 'next' || !text.includes('.read_')) return rows
      state = 'cut'
      return rows.map((row) => row.slice(0, 2))
    }
    return Object.assign(sent, { raw })
  }
  const cut = () => {
    state = 'next'
  }
  return { sql: { unsafe }, cut, isCut: () => state === 'cut' }
}

describe('a client that returns answers to the wrong statements', () => {
  it('is detected: no append gets the result of another, and each is stored once', async () => {
    const fresh = await freshStore()
    const client = shifted(fresh.sql)
    const store = makePostgresStore({ sql: client.sql, schema: fresh.schema, batching: { appends: 1, inFlight: 4 } })
    await store.append({ stream: streamName('taken-1'), expected: 'any', events: [newEvent()] })()
    client.start()
    const streamOf = E.match<{ readonly _tag: string }, { readonly stream: string }, string>(
      ({ _tag }) => _tag,
      ({ stream }) => stream,
    )
    const streams = await Promise.all([
      ...Array.from({ length: 8 }, (_, i) => store.append(append(i))().then(streamOf)),
      // Of another shape and of another verdict than its neighbours.
      store
        .append({ stream: streamName('taken-1'), expected: 'noStream', events: [newEvent()] })()
        .then(streamOf),
      store.readStream(streamName('taken-1'))().then(streamOf),
    ])
    expect(client.ended()).toBeGreaterThan(0)
    expect(streams).toEqual([...Array.from({ length: 8 }, (_, i) => `s-${i}`), 'VersionConflict', 'taken-1'])
    const log = await fresh.store.readLog()()
    expect(log).toMatchObject({ right: { events: { length: 9 } } })
    await store.stop()
    await fresh.close()
  })

  it('loses no event of an answer that is read with too few columns', async () => {
    const fresh = await freshStore()
    const client = cutting(fresh.sql)
    const store = makePostgresStore({ sql: client.sql, schema: fresh.schema })
    await store.append({ ...append(1), events: [newEvent(), newEvent()] })()
    for (const read of [store.readLog(), store.readStream(append(1).stream)]) {
      client.cut()
      expect(await read()).toMatchObject({ right: { events: { length: 2 } } })
      expect(client.isCut()).toBe(true)
    }
    await store.stop()
    await fresh.close()
  })

  // `postgres` 3.4.9 counts the rows of an answer that failed half-way to the next answer on that connection.
  it('leaves empty slots before an answer, which are skipped', async () => {
    const fresh = await freshStore(undefined, {}, { max: 1 })
    const failHalfWay = () => fresh.sql.unsafe('select 1 / (3 - g) from generate_series(1, 5) g').then(() => '', String)
    expect(await failHalfWay()).toContain('division by zero')
    expect(await fresh.sql.unsafe('select 1')).toHaveLength(3)
    await failHalfWay()
    expect(await fresh.store.append(append(1))()).toMatchObject({ right: { version: 1, repeated: false } })
    await failHalfWay()
    expect(await fresh.store.readStream(append(1).stream)()).toMatchObject({ right: { events: { length: 1 } } })
    await fresh.close()
  })
})
