import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { PostgresServers, type Standby } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { newEvent, streamName } from '../attack/freshStore.ts'
import { right } from '../fixtures.ts'

let servers: PostgresServers
let standby: Standby
const cleanups: Array<() => Promise<void>> = []

beforeAll(async () => {
  servers = await PostgresServers.start()
  await servers.primary.withConnection((sql) => right(migrate({ sql })))
  standby = await servers.addStandby('standby')
  await PostgresServers.synchronise(servers.primary, ['standby'])
})
afterAll(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
  await servers.close()
})

/** A store whose client has a list of servers, in this order. */
const storeOf = (ports: ReadonlyArray<number>) => {
  const url = new URL(servers.primary.url)
  const list = ports.map((port) => `127.0.0.1:${port}`).join(',')
  const sql = postgres(`postgres://${url.username}:${url.password}@${list}/postgres`, {
    target_session_attrs: 'primary',
    max: 4,
    fetch_types: false,
    connect_timeout: 3,
    onnotice: () => {},
  })
  const store = makePostgresStore({ sql, statementTimeout: 10_000, retryTimeout: 60_000 })
  cleanups.push(async () => {
    await store.stop()
    await sql.end({ timeout: 1 })
  })
  return store
}

describe('a list of servers as docs/high-availability.md has it', () => {
  it('leads to the primary, at any place in the list, and to a promoted one', async () => {
    const lists = [
      [servers.primary.port, standby.port],
      [standby.port, servers.primary.port],
    ]
    const stores = lists.map(storeOf)
    let next = 0
    // As many appends as there are connections, and more.
    const append = () =>
      Promise.all(
        stores.flatMap((store) =>
          Array.from({ length: 6 }, () =>
            store.append({ stream: streamName(`s-${next++}`), expected: 'noStream', events: [newEvent({})] })(),
          ),
        ),
      )
    const read = () => Promise.all(stores.flatMap((store) => Array.from({ length: 6 }, () => store.readLog()())))
    expect((await append()).filter(E.isLeft)).toEqual([])
    expect((await read()).filter(E.isLeft)).toEqual([])
    await servers.primary.crash()
    const underWay = append()
    await standby.promote()
    expect((await underWay).filter(E.isLeft)).toEqual([])
    expect((await append()).filter(E.isLeft)).toEqual([])
    expect((await read()).filter(E.isLeft)).toEqual([])
  }, 120_000)
})
