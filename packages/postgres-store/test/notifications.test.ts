import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { makePostgresStore, type PostgresStore, type PostgresStoreOptions } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { connect, type FreshStore, freshStore, newEvent, streamName, testUrl, until } from './attack/freshStore.ts'

let fresh: FreshStore
const others: Array<{ readonly sql: postgres.Sql; readonly store: PostgresStore }> = []

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(async () => {
  for (const { sql, store } of others.splice(0)) {
    await store.stop()
    await sql.end({ timeout: 5 })
  }
  await fresh.close()
})

/** A store with its own client, as another process has it. */
const otherStore = (options: Partial<PostgresStoreOptions> = {}) => {
  const application = `${fresh.schema}_${others.length}`
  const sql = connect(testUrl, { connection: { application_name: application } })
  const store = makePostgresStore({ sql, schema: fresh.schema, ...options })
  others.push({ sql, store })
  return { sql, store, application }
}

let appended = 0

const append = async (store: PostgresStore): Promise<void> => {
  const stream = streamName(`thing-${appended++}`)
  const outcome = await store.append({ stream, expected: 'any', events: [newEvent()] })()
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
}

const counted = (store: PostgresStore) => {
  const counter = { calls: 0, end: () => {} }
  counter.end = store.onAppend(() => {
    counter.calls++
  })
  return counter
}

const channelName = (): string => `foldlog_${createHash('md5').update(`"${fresh.schema}"`).digest('hex')}`

/** Backends whose last statement was a LISTEN, which are those that listen. */
const listeners = async (application: string): Promise<ReadonlyArray<number>> => {
  const rows = await fresh.watcher<Array<{ pid: number }>>`
    select pid from pg_stat_activity where application_name = ${application} and query ilike 'listen %'`
  return rows.map(({ pid }) => pid)
}

const isListening = (application: string) => async () => (await listeners(application)).length > 0

/** Listens, and waits for the first wake-up, which reports that listening has begun. */
const listening = async () => {
  const other = otherStore()
  const counter = counted(other.store)
  await until(() => counter.calls > 0)
  return { ...other, counter }
}

describe('wake-ups', () => {
  it('reach the listeners of one store without the database: no notification is sent or received', async () => {
    const { store } = otherStore({ notifications: false })
    const counter = counted(store)
    await append(store)
    await until(() => counter.calls > 0)
    expect(counter.calls).toBe(1)
  })

  it('reach another process', async () => {
    const { counter } = await listening()
    const before = counter.calls
    await append(fresh.store)
    await until(() => counter.calls > before)
  })

  it('come once for the store’s own appends, and not again from the server', async () => {
    const { sql, store, counter } = await listening()
    let echoes = 0
    await sql.listen(channelName(), () => {
      echoes++
    })
    const before = counter.calls
    await append(store)
    // The store receives a notification before this listener, which was added later.
    await until(() => echoes > 0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(counter.calls).toBe(before + 1)
  })

  it('come from no other schema', async () => {
    const elsewhere = await freshStore()
    const { counter } = await listening()
    const before = counter.calls
    await append(elsewhere.store)
    await elsewhere.store.stop()
    // Notifications arrive in the order of the commits: when that of this schema arrives, the other one would have
    // arrived.
    await append(fresh.store)
    await until(() => counter.calls > before)
    expect(counter.calls).toBe(before + 1)
    await elsewhere.close()
  })

  it('need a few notifications for 1,000 appends, and include the last append', async () => {
    const heard: Array<string> = []
    const { sql } = otherStore()
    const channel = channelName()
    await sql.listen(channel, (payload) => heard.push(payload))
    const from = Date.now()
    await Promise.all(Array.from({ length: 1_000 }, () => append(fresh.store)))
    const took = Date.now() - from
    // A pending notification is sent before the end.
    await fresh.store.stop()
    await fresh.watcher`select pg_notify(${channel}, 'last')`
    await until(() => heard.includes('last'))
    expect(heard.length - 1).toBeGreaterThan(0)
    expect(heard.length - 1).toBeLessThanOrEqual(took / 5 + 3)
    expect(heard.length - 1).toBeLessThan(500)
  })

  it('use one connection, and only while there is a listener', async () => {
    const { store, application } = otherStore()
    await append(store)
    expect(await listeners(application)).toEqual([])
    const counters = Array.from({ length: 20 }, () => counted(store))
    await until(isListening(application))
    expect(await listeners(application)).toHaveLength(1)
    for (const { end } of counters) end()
    await until(async () => !(await isListening(application)()))
  })

  it('leave one connection after 1,000 added and removed listeners, and work again', async () => {
    const { store, application } = otherStore()
    for (let i = 0; i < 1_000; i++) {
      const { end } = counted(store)
      if (i % 100 === 0) await until(isListening(application))
      end()
    }
    await until(async () => !(await isListening(application)()))
    const rows = await fresh.watcher`select from pg_stat_activity where application_name = ${application}`
    // The pool of four, and the one for listening.
    expect(rows.length).toBeLessThanOrEqual(5)
    const counter = counted(store)
    await until(() => counter.calls > 0)
    const before = counter.calls
    await append(fresh.store)
    await until(() => counter.calls > before)
  })

  it('come again after the listening connection was killed, five times, and a missed one is made up for by waking all', async () => {
    const { counter, application } = await listening()
    for (let i = 0; i < 5; i++) {
      const before = counter.calls
      const [pid = 0] = await listeners(application)
      await fresh.watcher`select pg_terminate_backend(${pid})`
      // Reconnecting is a wake-up itself: the test waits for no append.
      await until(() => counter.calls > before)
      await until(isListening(application))
      const again = counter.calls
      await append(fresh.store)
      await until(() => counter.calls > again)
    }
  })

  it('do not come when they are switched off', async () => {
    const { store, application } = otherStore({ notifications: false })
    const counter = counted(store)
    await append(fresh.store)
    await append(store)
    await until(() => counter.calls > 0)
    expect(await listeners(application)).toEqual([])
    expect(counter.calls).toBe(1)
  })

  it('end with stop', async () => {
    const { store, application } = await listening()
    await store.stop()
    expect(await listeners(application)).toEqual([])
    expect(await store.settledPosition()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
  })

  it('keep no process alive: it exits by itself', async () => {
    const program = fileURLToPath(new URL('listener.mjs', import.meta.url))
    const output = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, [program, testUrl, fresh.schema], { timeout: 40_000 }, (error, stdout, stderr) =>
        error === null ? resolve(stdout) : reject(new Error(`${error.message}\n${stderr}`)),
      )
    })
    expect(output).toBe('woken\n')
  })
})

describe('a server that is unavailable when listening begins', () => {
  it('is listened to as soon as it is available', async () => {
    const heard: Array<() => void> = []
    let refused = 0
    // When the first attempt fails, `postgres` reports it and keeps retrying by itself.
    const listen: NonNullable<PostgresStoreOptions['sql']['listen']> = (_, __, begun) => {
      refused++
      if (begun !== undefined) heard.push(begun)
      return Promise.reject(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))
    }
    const warnings: Array<string> = []
    const logger = { debug() {}, info() {}, warn: (message: string) => warnings.push(message), error() {} }
    const store = makePostgresStore({ sql: { unsafe: fresh.sql.unsafe, listen }, schema: fresh.schema, logger })
    const first = counted(store)
    await until(() => warnings.length > 0)
    first.end()
    const second = counted(store)
    for (const begun of heard) begun()
    await until(() => second.calls > 0)
    expect([refused, first.calls]).toEqual([1, 0])
    await store.stop()
  })
})
