import { makeHandlerTransactions, makePostgresStore, transaction } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { right } from '../fixtures.ts'
import { connect, type FreshStore, freshStore, newEvent, streamName, testUrl, until } from './freshStore.ts'
import { type HalfOpenProxy, halfOpenProxy } from './HalfOpenProxy.ts'

const timeout = 1_000

/** Everything must work again within the timeout of a statement and five seconds. */
const bound = timeout + 5_000

let fresh: FreshStore
let proxy: HalfOpenProxy
const clients: Array<postgres.Sql> = []

beforeEach(async () => {
  fresh = await freshStore()
  await fresh.watcher.unsafe(`create table "${fresh.schema}".mine (n int)`)
})

afterEach(async () => {
  for (const sql of clients.splice(0)) await sql.end({ timeout: 0 })
  await proxy.close()
  await fresh.close()
})

const open = async (options: postgres.Options<Record<string, never>> = {}) => {
  proxy = await halfOpenProxy(testUrl, { tls: options.ssl !== undefined })
  const sql = connect(proxy.url, options)
  clients.push(sql)
  return { sql, store: makePostgresStore({ sql, schema: fresh.schema, statementTimeout: timeout }) }
}

let made = 0

const one = () => ({ stream: streamName(`s-${made++}`), expected: 'any', events: [newEvent()] }) as const

const note = (sql: postgres.Sql) =>
  transaction(sql, { timeout })((tx) =>
    TE.tryCatch(
      () => tx`insert into ${tx(fresh.schema)}.mine values (1)`.then(() => 'noted'),
      (cause) => cause,
    ),
  )()

/** Like a caller that gets an error with `retryable: true`. */
const noteAtLast = async (sql: postgres.Sql) => {
  for (;;) {
    const outcome = await note(sql)
    if (E.isRight(outcome)) return outcome.right
    expect(outcome.left).toMatchObject({ _tag: 'StoreUnavailable', retryable: true })
  }
}

/** Runs more statements at once than the pool has connections, so that all are open, and idle afterwards. */
const warm = (sql: postgres.Sql, max: number) =>
  Promise.all(Array.from({ length: 4 * max }, () => sql`select pg_sleep(0.01)`))

const timed = async <A>(work: Promise<A>): Promise<A> => {
  const from = performance.now()
  const result = await work
  expect(performance.now() - from).toBeLessThan(bound)
  return result
}

const leaseOf = async ({ store }: FreshStore) => {
  await right(store.register({ name: 'handler', generation: 1, partitions: 1, start: 0 }))
  const [beat] = await right(
    store.heartbeat([{ name: 'handler', generation: 1, member: 'm', leaseTime: 3_600_000, capacity: 1, report: null }]),
  )
  const lease = beat?.leases[0]
  if (lease === undefined) throw new Error('no lease')
  return lease
}

const ways: Readonly<Record<string, postgres.Options<Record<string, never>>>> = {
  'in clear text': { max: 4 },
  'one connection': { max: 1 },
  'with TLS': { max: 4, ssl: 'require' },
  'without prepared statements': { max: 4, prepare: false },
}

describe.each(Object.entries(ways))('connections that vanish silently, %s,', (_, options) => {
  const max = options.max ?? 1

  it('let all appends and reads succeed again in time', async () => {
    const { sql, store } = await open(options)
    await warm(sql, max)
    const known = one()
    await right(store.append(known))
    // Three times: also when the last connections were replaced only now.
    for (let i = 0; i < 3; i++) {
      expect(proxy.vanish()).toBeGreaterThan(0)
      const answers = await timed(
        Promise.all([
          store.append(one())(),
          store.append(known)(),
          store.readStream(known.stream)(),
          store.readLog()(),
          store.streamInfo(known.stream)(),
          store.settledPosition(),
        ]),
      )
      expect(answers.filter(({ _tag }) => _tag === 'Left')).toEqual([])
      await warm(sql, max)
    }
    // The client no longer holds any of them: the idle ones have been replaced too.
    await until(() => proxy.held() === 0)
    await store.stop()
  })

  it('cost a sequence of statements no more than one failure each', async () => {
    const { sql, store } = await open(options)
    await warm(sql, max)
    proxy.vanish()
    expect(E.isRight(await timed(store.append(one())()))).toBe(true)
    // An append that met another vanished connection would wait for `timeout`. Each is measured alone, because all of
    // them may take longer on a busy machine.
    for (let i = 0; i < 3 * max; i++) {
      const from = performance.now()
      await right(store.append(one()))
      expect(performance.now() - from).toBeLessThan(timeout)
    }
    await until(() => proxy.held() === 0)
    await store.stop()
  })

  it('make transactions fail in time, at any point, and the next ones succeed', async () => {
    const { sql, store } = await open(options)
    await warm(sql, max)
    proxy.vanish()
    // More transactions than connections: some wait for one that has vanished.
    for (const outcome of await Promise.all(Array.from({ length: max + 2 }, () => note(sql)))) {
      if (E.isLeft(outcome)) expect(outcome.left).toMatchObject({ _tag: 'StoreUnavailable', retryable: true })
    }
    expect(await timed(noteAtLast(sql))).toBe('noted')
    await until(() => proxy.held() === 0)

    const within: Readonly<Record<string, (tx: postgres.TransactionSql) => Promise<unknown>>> = {
      'a statement': (tx) => tx`select 1`,
      'a savepoint': (tx) => tx.savepoint((inner) => inner`select 1`),
      'a cursor': async (tx) => {
        for await (const _ of tx`select 1`.cursor()) {
          // Each row is waited for.
        }
      },
      'the commit': async () => {},
    }
    for (const body of Object.values(within)) {
      const outcome = await timed(
        transaction(sql, { timeout })((tx) => async () => {
          await right(store.inTransaction(tx).append(one()))
          proxy.vanish()
          await body(tx)
          return E.right('done')
        })(),
      )
      expect(outcome).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
      expect(await timed(noteAtLast(sql))).toBe('noted')
      await until(() => proxy.held() === 0)
    }
    await store.stop()
  })

  it('let commits of transactional handlers succeed again in time', async () => {
    const { sql, store } = await open(options)
    for (let i = 0; i < 2; i++) await right(fresh.store.append(one()))
    const lease = await leaseOf(fresh)
    await warm(sql, max)
    const { commitWithin } = makeHandlerTransactions({ sql, schema: fresh.schema, timeout })
    proxy.vanish()
    const commit = async (position: number) => {
      for (;;) {
        const outcome = await commitWithin({ ...lease, revision: position - 1, position, changes: [] }, () =>
          TE.right(undefined),
        )()
        // Like the runtime of handlers: retryable errors are tried again.
        if (E.isRight(outcome) || outcome.left._tag !== 'StoreUnavailable') return outcome
      }
    }
    expect(await timed(commit(1))).toEqual(E.right('committed'))
    expect(await timed(commit(2))).toEqual(E.right('committed'))
    await until(() => proxy.held() === 0)
    await store.stop()
  })

  it('let listeners hear of appends of others again', async () => {
    const { sql, store } = await open(options)
    let calls = 0
    const end = store.onAppend(() => {
      calls++
    })
    await until(() => calls > 0)
    await warm(sql, max)
    proxy.vanish()
    // A listener also polls, so something is sent.
    expect(E.isRight(await store.settledPosition())).toBe(true)
    await until(() => proxy.held() === 0)
    const before = calls
    await until(async () => {
      await right(fresh.store.append(one()))
      return calls > before
    })
    end()
    await store.stop()
  })
})

describe('statements of the owner of the client', () => {
  it('are not ended when they take long, although connections beside them vanish', async () => {
    const { sql, store } = await open({ max: 3 })
    const seconds = (4 * timeout) / 1_000
    let over = false
    const long = sql`select pg_sleep(${seconds}), 'done' as is`.then((rows) => {
      over = true
      return rows
    })
    await until(() => proxy.open() === 1)
    await right(store.append(one()))
    await noteAtLast(sql)
    expect(proxy.vanish(1)).toBeGreaterThan(0)
    expect(E.isRight(await timed(store.append(one())()))).toBe(true)
    await until(() => proxy.held() === 0)
    expect(over).toBe(false)
    expect(await long).toMatchObject([{ is: 'done' }])
    await store.stop()
  })

  it('end no other connection while their begin waits for one', async () => {
    const { sql } = await open({ max: 2 })
    const long = Promise.all([1, 2].map(() => sql`select pg_sleep(${(4 * timeout) / 1_000}), 'done' as is`))
    await until(() => proxy.open() === 2)
    expect(await note(sql)).toMatchObject({ left: { _tag: 'StoreUnavailable', retryable: true } })
    expect(await long).toMatchObject([[{ is: 'done' }], [{ is: 'done' }]])
  })
})
