import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { connect, PostgresServers, until } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { documentedSql } from './documentedSql.ts'
import { newEvents, right, streamNamed } from './fixtures.ts'

let servers: PostgresServers
let sql: postgres.Sql
let store: ReturnType<typeof makePostgresStore>

beforeAll(async () => {
  servers = await PostgresServers.start()
  sql = connect(servers.primary.url)
  await right(migrate({ sql }))
  store = makePostgresStore({ sql })
})
afterAll(async () => {
  await store.stop()
  await sql.end()
  await servers.close()
})

const query = (index: number): string =>
  documentedSql('What to look at', 'high-availability.md')[index] ?? 'select there_is_no_such_query'

const append = () => store.append({ stream: streamNamed('s-1'), expected: 'any', events: newEvents(2) })

describe('the queries of docs/high-availability.md', () => {
  it('show a row for each history, with the position that it begins at', async () => {
    await right(append())
    expect(await sql.unsafe(query(0))).toMatchObject([{ number: 1, begins: '0' }])
    await servers.primary.restart()
    await right(append())
    expect(await sql.unsafe(query(0))).toMatchObject([
      { number: 2, begins: '2' },
      { number: 1, begins: '0' },
    ])
  })

  it('show which handlers are stopped, and why', async () => {
    const ref = { name: 'receipts', generation: 1 }
    await right(store.register({ ...ref, partitions: 1, start: 0 }))
    expect(await sql.unsafe(query(1))).toEqual([])
    const [answer] = await right(store.heartbeat([{ ...ref, member: 'm', leaseTime: 60_000, capacity: 1, report: {} }]))
    const [lease] = answer?.leases ?? []
    if (lease === undefined) throw new Error('no lease was given')
    const stop = { kind: 'stop', key: '0', data: { reason: 'the log went back: ...' } } as const
    await right(store.commit([{ ...lease, changes: [stop] }]))
    expect(await sql.unsafe(query(1))).toMatchObject([
      { handler: 'receipts', generation: 1, reason: 'the log went back: ...' },
    ])
  })

  it('show standbys, commits that wait for them, and roles that override a setting', async () => {
    expect(await sql.unsafe(query(2))).toEqual([])
    const standby = await servers.addStandby('standby')
    await PostgresServers.synchronise(servers.primary, ['standby'])
    expect(await sql.unsafe(query(2))).toMatchObject([{ application_name: 'standby', sync_state: 'quorum' }])
    expect(await sql.unsafe(query(3))).toEqual([])
    await standby.cutOff()
    const waiting = append()()
    await until('the commit to wait', async () => (await sql.unsafe(query(3))).length === 1)
    expect(await sql.unsafe(query(2))).toEqual([])
    await sql`alter system set synchronous_standby_names = ''`
    await sql`select pg_reload_conf()`
    expect(await waiting).toMatchObject({ _tag: 'Right' })
    await sql`create role careless`
    await sql`alter role careless set synchronous_commit = off`
    expect(await sql.unsafe(query(4))).toEqual(
      expect.arrayContaining([
        { name: 'synchronous_standby_names', setting: '' },
        { name: 'override by role careless', setting: 'synchronous_commit=off' },
      ]),
    )
  })
})
