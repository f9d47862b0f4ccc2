import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { subscribe } from '@foldlog/subscriptions'
import { connect, PostgresServers, type Standby, until } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E, type taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import { freshStream, left, newEvents, right } from './fixtures.ts'

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
    const waiting = Promise.all(operations(patient).map((operation) => operation()))
    await servers.primary.crash()
    await standby.promote()
    expect((await waiting).filter(E.isLeft)).toEqual([])
    const events = newEvents(1)
    await right(patient.append({ stream: freshStream(), expected: 'any', events }))
    await until('the subscription', () => events.every(({ id }) => seen.includes(id)))
    closing.abort()
    await following
    expect(failures).toEqual([])
  })
})
