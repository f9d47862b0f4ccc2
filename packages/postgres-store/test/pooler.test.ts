import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { runAllOperations } from './allOperations.ts'
import { connect, freshDatabase, until } from './connect.ts'
import { freshStream, left, newEvents, readWholeLog, right } from './fixtures.ts'
import { findPgBouncer, type PgBouncer, poolSize, startPgBouncer } from './PgBouncer.ts'

const program = findPgBouncer()
if (program === undefined)
  process.stderr.write('skipped: what goes through PgBouncer, which this machine does not have\n')
const describeIfThere = program === undefined ? describe.skip : describe

describeIfThere('through PgBouncer in transaction mode', () => {
  const admin = connect({ max: 2 })
  let database: Awaited<ReturnType<typeof freshDatabase>>
  let pooler: PgBouncer
  let clients: ReadonlyArray<postgres.Sql> = []
  let stores: ReadonlyArray<PostgresStore> = []

  beforeAll(async () => {
    database = await freshDatabase(admin)
    pooler = await startPgBouncer(program ?? '', database.url)
    // As four processes, with more connections together than the pooler has servers.
    clients = Array.from({ length: 4 }, () => connect({ max: 4, prepare: false }, pooler.url))
    stores = clients.map((sql) => makePostgresStore({ sql }))
    const outcomes = await Promise.all(clients.map((sql) => migrate({ sql })()))
    expect(outcomes).toEqual(outcomes.map(() => E.right(undefined)))
  })
  afterAll(async () => {
    for (const store of stores) await store.stop()
    // A client may wait for an answer that was lost with its server.
    for (const sql of clients) await sql.end({ timeout: 0 })
    await pooler.stop()
    await database.drop()
    await admin.end()
  })

  it('a store does everything through a pooler', async () => {
    for (const store of stores) await runAllOperations(store)
  })

  it('statements share the few server connections of the pooler', async () => {
    await Promise.all(
      stores.map((store) => right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))),
    )
    const servers = await admin`
      select from pg_stat_activity where datname = ${new URL(database.url).pathname.slice(1)} and backend_type = 'client backend'`
    expect(servers.length).toBeLessThanOrEqual(poolSize)
  })

  it('one of several racing first appends wins each time, and a reader that follows misses nothing', async () => {
    const [first] = stores
    if (first === undefined) throw new Error('no store')
    const before = (await readWholeLog(first)).length
    const rounds = 60
    let written = 0
    const followed: Array<string> = []
    const following = (async () => {
      for (let after = 0; ; ) {
        const over = written === rounds
        const slice = await right(first.readLog({ after }))
        followed.push(...slice.events.map(({ id }) => id))
        after = slice.position
        if (over && slice.end) return
      }
    })()
    for (let round = 0; round < rounds; round++) {
      const stream = freshStream()
      const outcomes = await Promise.all(
        Array.from({ length: 8 }, (_, i) => stores[i % stores.length])
          .filter((store) => store !== undefined)
          .map((store) => store.append({ stream, expected: 'noStream', events: newEvents(2) })()),
      )
      expect(outcomes.filter(E.isRight)).toHaveLength(1)
      expect(outcomes.filter(E.isLeft).map(({ left }) => left)).toEqual(
        Array.from({ length: 7 }, () => expect.objectContaining({ _tag: 'VersionConflict', actual: 2 })),
      )
      written++
    }
    await following
    const log = await readWholeLog(first)
    expect(log).toHaveLength(before + 2 * rounds)
    expect(followed).toEqual(log.map(({ id }) => id))
  })

  it('appends within a transaction are committed or rolled back with it', async () => {
    const [sql] = clients
    const [store] = stores
    if (sql === undefined || store === undefined) throw new Error('no store')
    const [kept, dropped] = [freshStream(), freshStream()]
    await sql.begin((transaction) =>
      right(store.inTransaction(transaction).append({ stream: kept, expected: 'noStream', events: newEvents(1) })),
    )
    const rolledBack = sql.begin(async (transaction) => {
      await right(
        store.inTransaction(transaction).append({ stream: dropped, expected: 'noStream', events: newEvents(1) }),
      )
      throw new Error('the caller has other plans')
    })
    await expect(rolledBack).rejects.toThrow('other plans')
    expect(await right(store.streamInfo(kept))).toMatchObject({ status: 'open' })
    expect(await right(store.streamInfo(dropped))).toMatchObject({ status: 'missing' })
  })

  it('a killed server behind the pooler loses and duplicates nothing', async () => {
    const [store] = stores
    if (store === undefined) throw new Error('no store')
    const stream = freshStream()
    let stored = 0
    let killed = 0
    const killing = (async () => {
      while (stored < 100) {
        const ended = await admin`
          select pg_terminate_backend(pid) from pg_stat_activity
          where datname = ${new URL(database.url).pathname.slice(1)} order by state = 'active' desc limit 1`
        killed += ended.length
        const next = stored + 10
        await until(() => stored >= Math.min(next, 100))
      }
    })()
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        for (let i = 0; i < 10; i++) {
          const append = { stream, expected: 'any', events: newEvents(1) } as const
          while (E.isLeft(await store.append(append)())) {}
          stored++
        }
      }),
    )
    await killing
    expect(killed).toBeGreaterThan(3)
    expect(await right(store.readStream(stream))).toMatchObject({ version: 100, events: { length: 100 } })
  })

  it('a pooler that is gone is StoreUnavailable, and the operation can be retried', async () => {
    const own = await startPgBouncer(program ?? '', database.url)
    const sql = connect({ max: 1, prepare: false }, own.url)
    const store = makePostgresStore({ sql, retryTimeout: 100 })
    expect(await right(store.readLog({ count: 1 }))).toMatchObject({ events: [{ version: 1 }] })
    await own.stop()
    expect(await left(store.readLog())).toMatchObject({ _tag: 'StoreUnavailable', retryable: true })
    await sql.end({ timeout: 1 })
  })
})
