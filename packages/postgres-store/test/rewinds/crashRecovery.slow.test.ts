import type { Appended, LogPosition } from '@foldlog/core'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { connect, type PostgresServer, PostgresServers, until } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { newEvent, streamName } from '../attack/freshStore.ts'
import { right } from '../fixtures.ts'

let servers: PostgresServers
let sql: postgres.Sql
let store: ReturnType<typeof makePostgresStore>

beforeAll(async () => {
  // Commits stay in memory for as long as possible.
  const settings = ['synchronous_commit=off', 'wal_writer_delay=10000ms', 'wal_writer_flush_after=2GB']
  servers = await PostgresServers.start({ settings })
  sql = connect(servers.primary.url)
  await right(migrate({ sql }))
  store = makePostgresStore({ sql })
})
afterAll(async () => {
  await store.stop()
  await sql.end({ timeout: 1 })
  await servers.close()
})

const append = (to: Pick<typeof store, 'append'> = store) =>
  right(to.append({ stream: streamName('s-1'), expected: 'any', events: [newEvent({})] }))

const placeOf = ({ positions, history }: Appended): LogPosition => ({ position: positions.at(-1) ?? 0, history })

const lastStored = async (server: PostgresServer): Promise<number> =>
  server.withConnection(async (own) => {
    const [row] = await own`select coalesce(max(position), 0)::int as last from foldlog.events`
    return Number(row?.['last'])
  })

const startOf = (server: PostgresServer) =>
  server.withConnection(async (own) => {
    const [row] = await own`select pg_postmaster_start_time()::text as start`
    return String(row?.['start'])
  })

/** Kills one process of the server, which then ends all others and recovers, without a restart. */
const killOneProcess = async (server: PostgresServer): Promise<void> => {
  await server.withConnection(async (own) => {
    const [row] = await own`select pg_backend_pid() as pid`
    const sleeping = own`select pg_sleep(60)`.catch(() => {})
    process.kill(Number(row?.['pid']), 'SIGKILL')
    await sleeping
  })
  await until('the server to recover', () =>
    lastStored(server).then(
      () => true,
      () => false,
    ),
  )
}

const histories = async (): Promise<number> => (await sql`select number from foldlog.log_histories`).length

describe('a server that recovers from the death of one of its processes', () => {
  it('loses commits with synchronous_commit = off, and the log continues in a new history', async () => {
    const { primary } = servers
    const start = await startOf(primary)
    await append()
    // On a machine under load the WAL may have been flushed meanwhile; then nothing is lost, and the test tries again.
    let [remembered, kept] = [await append(), Number.POSITIVE_INFINITY]
    for (let round = 0; round < 20 && kept >= (remembered.positions[0] ?? 0); round++) {
      await primary.withConnection((own) => own`checkpoint`)
      for (let i = 0; i < 20; i++) remembered = await append()
      await killOneProcess(primary)
      kept = await lastStored(primary)
    }
    const [position = 0] = remembered.positions
    expect(kept).toBeLessThan(position)
    expect(await startOf(primary)).toBe(start)
    // The new log is longer than the old one.
    for (let i = 0; i < 40; i++) await append()
    expect(await store.readLog({ after: position, history: remembered.history })()).toMatchObject({
      left: { _tag: 'LogRewound', position, common: kept },
    })
  }, 120_000)

  it('resets its statistics too, but a reset alone is no recovery: no append under way is taken for lost', async () => {
    await append()
    const before = await histories()
    const places: Array<LogPosition> = []
    await sql.begin(async (open) => {
      places.push(placeOf(await append(store.inTransaction(open))))
      for (const target of ['bgwriter', 'archiver', 'io', 'wal', 'checkpointer', 'slru'])
        await sql`select pg_stat_reset_shared(${target})`.catch((error: unknown) => {
          // Not every version of Postgres has all of these.
          if (target === 'bgwriter') throw error
        })
      await sql`select pg_stat_reset()`
      // Another stream, because the stream of the transaction is locked.
      const beside = { stream: streamName('s-2'), expected: 'any', events: [newEvent({})] } as const
      places.push(placeOf(await right(store.append(beside))))
      places.push(placeOf(await append(store.inTransaction(open))))
    })
    places.push(placeOf(await append()))
    expect(await histories()).toBe(before)
    expect(new Set(places.map(({ history }) => history)).size).toBe(1)
    for (const place of places) expect(await store.verify(place)()).toEqual(E.right(undefined))
  })

  it('loses the mark, and the first append sets it again', async () => {
    const { primary } = servers
    const marks = async () => (await sql`select history::text from foldlog.recovery_mark`).map(({ history }) => history)
    const { history } = await append()
    expect(await marks()).toEqual([history])
    await killOneProcess(primary)
    expect(await marks()).toEqual([])
    const now = await append()
    expect(now.history).not.toBe(history)
    expect(await marks()).toEqual([now.history])
  })
})
