import { Logger } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { pull, subscribe } from '@foldlog/subscriptions'
import { connect, PostgresServers, type Standby, until } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E, type taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { freshStream, left, newEvents, right } from './fixtures.ts'
import { account } from './rewinds/account.ts'

/** In a failover a client may reach the standby half a second before it is promoted. */
let servers: PostgresServers
let primary: postgres.Sql
let standby: Standby
let sql: postgres.Sql

beforeAll(async () => {
  servers = await PostgresServers.start()
  primary = connect(servers.primary.url)
  await right(migrate({ sql: primary }))
  const store = makePostgresStore({ sql: primary })
  await right(store.register({ name: 'known', generation: 1, partitions: 1, start: 0 }))
  const identity = { kind: 'PullSubscription', reads: {}, start: 'origin' }
  await right(store.register({ name: 'known-pull', generation: 1_000_000, partitions: 1, start: 0, identity }))
  await right(store.append({ stream: freshStream(), expected: 'noStream', events: newEvents(1) }))
  standby = await servers.addStandby('standby')
  const [row] = await primary`select pg_current_wal_lsn()::text as lsn`
  sql = connect(standby.url)
  await until('the standby to have it', async () => {
    const [behind] = await sql`select pg_last_wal_replay_lsn() >= ${row?.['lsn']}::pg_lsn as has`
    return behind?.['has'] === true
  })
})
afterAll(async () => {
  await sql.end()
  await primary.end()
  await servers.close()
})

describe('a standby that is promoted later', () => {
  it('refuses every operation that needs the primary in a way that can be sent again, and serves it then', async () => {
    const impatient = makePostgresStore({ sql, retryTimeout: 1 })
    const ref = { name: 'known', generation: 1 }
    const beat = { ...ref, member: 'm', leaseTime: 1_000, capacity: 1, report: {} }
    const operations = (store: typeof impatient): ReadonlyArray<TE.TaskEither<unknown, unknown>> => [
      store.append({ stream: freshStream(), expected: 'noStream', events: newEvents(1) }),
      store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }),
      store.appendAll([
        { stream: freshStream(), expected: 'noStream', events: newEvents(1) },
        { stream: freshStream(), expected: 'noStream', events: newEvents(1) },
      ]),
      store.readLog(),
      store.settledPosition,
      store.heartbeat([beat]),
      store.register({ name: 'new', generation: 1, partitions: 1, start: 0 }),
      store.pauseAppends('known', ['other'], 1),
    ]
    for (const operation of operations(impatient))
      expect(await left(operation)).toMatchObject({
        _tag: 'StoreUnavailable',
        retryable: true,
        why: expect.stringContaining('standby'),
      })

    // The same operations wait for the promotion, and a subscription goes on.
    const patient = makePostgresStore({ sql, retryTimeout: 60_000 })
    const closing = new AbortController()
    const seen: Array<string> = []
    const failures: Array<unknown> = []
    const follow = async (): Promise<void> => {
      for await (const event of subscribe({
        store: impatient,
        start: 'origin',
        pollInterval: 20,
        signal: closing.signal,
      }))
        if (E.isRight(event)) seen.push(event.right.id)
        else failures.push(event.left)
    }
    const following = follow()
    // A pull subscription that is registered on the standby, and one that was registered on the primary.
    const pulled = new Map<string, Array<string>>([
      ['new-pull', []],
      ['known-pull', []],
    ])
    const logged: Array<string> = []
    const follows = async (name: string, ids: Array<string>): Promise<void> => {
      const logger = { ...Logger.silent, warn: (message: string) => void logged.push(`${name}: ${message}`) }
      for await (const one of pull({ store: impatient, name, pollInterval: 20, signal: closing.signal, logger }))
        if (E.isRight(one)) {
          ids.push(one.right.event.id)
          one.right.ack()
        } else failures.push(one.left)
    }
    const pulling = [...pulled].map(([name, ids]) => follows(name, ids))
    // They have met the standby before it is promoted.
    await until('the pull subscriptions', () =>
      [...pulled.keys()].every((name) => logged.some((line) => line.startsWith(name))),
    )
    const { dispatch } = makeDispatcher({ store: patient, aggregates: [account] })
    const command = dispatch({ type: 'Deposit', data: { id: 'a', amount: 1 } })
    const waiting = Promise.all([command(), ...operations(patient).map((operation) => operation())])
    await servers.primary.crash()
    await standby.promote()
    expect((await waiting).filter(E.isLeft)).toEqual([])
    const events = newEvents(1)
    await right(patient.append({ stream: freshStream(), expected: 'any', events }))
    await until('the subscription', () => events.every(({ id }) => seen.includes(id)))
    const log = await right(patient.readLog())
    for (const ids of pulled.values())
      await until('the pull subscription', () => log.events.every(({ id }) => ids.includes(id)))
    closing.abort()
    await Promise.all([following, ...pulling])
    // Each event once and in order.
    const all = log.events.map(({ id }) => `${id}`)
    expect([...pulled.values()].map((ids) => ids.slice(0, all.length))).toEqual([all, all])
    expect(failures).toEqual([])
  })
})
