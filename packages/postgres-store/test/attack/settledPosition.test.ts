import { EmbeddedPostgres } from '@foldlog/postgres-embedded'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { connect, type FreshStore, freshStore } from './freshStore.ts'
import { appendOne, openAppend, readPositions } from './openAppend.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

describe('an open append', () => {
  it('holds readers of the log although later appends are stored; a reader that trusts the highest position loses it', async () => {
    await appendOne(fresh, 's-1')
    const open = await openAppend(fresh, 's-2')
    expect(open.appended.positions).toEqual([2])
    // No test waits for it.
    expect([await appendOne(fresh, 's-3'), await appendOne(fresh, 's-4')]).toEqual([3, 4])
    expect(await readPositions(fresh)).toEqual({ events: [1], settled: 1 })

    const naive = async (after: number) =>
      (await fresh.watcher.unsafe(`select position::int from "${fresh.schema}".events where position > ${after}`)).map(
        ({ position }) => position,
      )
    const seen = await naive(0)
    expect(seen).toEqual([1, 3, 4])
    await open.end('commit')
    expect(await naive(Math.max(...seen))).toEqual([])
    expect(await readPositions(fresh, 1)).toEqual({ events: [2, 3, 4], settled: 4 })
  })

  it('is passed and leaves a gap when it is rolled back', async () => {
    const open = await openAppend(fresh, 's-1')
    await appendOne(fresh, 's-2')
    expect(await readPositions(fresh)).toEqual({ events: [], settled: 0 })
    await open.end('rollback')
    expect(await readPositions(fresh)).toEqual({ events: [2], settled: 2 })
  })

  it('is passed when its backend is ended', async () => {
    const open = await openAppend(fresh, 's-1')
    await appendOne(fresh, 's-2')
    const [row] = await open.client`select pg_backend_pid() as pid`
    await fresh.watcher`select pg_terminate_backend(${row?.['pid']}, 60000)`
    expect(await readPositions(fresh)).toEqual({ events: [2], settled: 2 })
    await open.client.end({ timeout: 5 })
  })

  it('does not hold readers once its savepoint is rolled back; the next append of that transaction does', async () => {
    const open = await openAppend(fresh, 's-1')
    await open.client.unsafe('rollback; begin; savepoint before')
    const within = { store: { ...fresh.store, ...fresh.store.inTransaction(open.client) } }
    await appendOne(within, 's-1')
    await appendOne(fresh, 's-2')
    expect(await readPositions(fresh)).toEqual({ events: [], settled: 1 })
    await open.client.unsafe('rollback to before')
    expect(await readPositions(fresh)).toEqual({ events: [3], settled: 3 })
    await appendOne(within, 's-1')
    await appendOne(fresh, 's-2')
    expect(await readPositions(fresh)).toEqual({ events: [3], settled: 3 })
    await open.end('commit')
    expect(await readPositions(fresh)).toEqual({ events: [3, 4, 5], settled: 5 })
  })

  it('holds one lock, however many appends its transaction makes', async () => {
    const open = await openAppend(fresh, 's-1')
    const within = { store: { ...fresh.store, ...fresh.store.inTransaction(open.client) } }
    for (let i = 0; i < 50; i++) await appendOne(within, `s-${i}`)
    const [row] = await open.client`
      select count(*)::int as locks from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()`
    expect(row).toEqual({ locks: 1 })
    await open.end('commit')
    expect((await readPositions(fresh)).events).toHaveLength(51)
  })

  it('holds no reader of another log in the same database', async () => {
    const other = await freshStore()
    const [open, held] = [await openAppend(fresh, 's-1'), await openAppend(other, 's-1')]
    await Promise.all(Array.from({ length: 20 }, (_, i) => appendOne(other, `t-${i}`)))
    await open.end('commit')
    expect(await readPositions(fresh)).toEqual({ events: [1], settled: 1 })
    expect(await readPositions(other)).toEqual({ events: [], settled: 0 })
    await held.end('commit')
    expect(await readPositions(other)).toMatchObject({ settled: 21 })
    await other.close()
  })
})

describe('a transaction that does not append', () => {
  it('holds no reader by writes to other tables or an old snapshot, here or in another database, or by a log there', async () => {
    const { watcher, url, schema } = fresh
    await watcher.unsafe(`create table "${schema}".elsewhere (n int)`)
    await watcher.unsafe(`create database "${schema}"`)
    const there = new URL(url)
    there.pathname = `/${schema}`
    const clients = [connect(url, { max: 1 }), connect(url, { max: 1 }), connect(there.toString(), { max: 1 })] as const
    const [writing, looking, away] = clients
    await writing.unsafe(`begin; insert into "${schema}".elsewhere values (1)`)
    await looking.unsafe(`begin isolation level repeatable read; select count(*) from "${schema}".events`)
    await away.unsafe('begin; create table elsewhere (n int); insert into elsewhere values (1)')
    // A log over there may have the same key space: oids are numbers of a database.
    const [row] = await watcher.unsafe(`
      select "${schema}".floor_key(tableoid, 0)::text as key from "${schema}".positions`)
    await away.unsafe(`select pg_advisory_xact_lock_shared(${row?.['key']})`)
    await appendOne(fresh, 's-1')
    expect(await readPositions(fresh)).toEqual({ events: [1], settled: 1 })
    for (const client of clients) await client.end({ timeout: 5 })
    await watcher.unsafe(`drop database "${schema}" with (force)`)
  })

  it('holds no reader by locks in the key space of the log that are not shared', async () => {
    await appendOne(fresh, 's-1')
    const other = connect(fresh.url, { max: 1 })
    await other.unsafe(`select pg_advisory_lock("${fresh.schema}".floor_key(
      (select tableoid from "${fresh.schema}".positions), 0))`)
    await appendOne(fresh, 's-1')
    expect(await readPositions(fresh)).toEqual({ events: [1, 2], settled: 2 })
    await other.end({ timeout: 5 })
  })
})

describe('a prepared transaction', () => {
  it('holds readers when it has appended, also over a restart of the server, until it is committed', async () => {
    const started = await EmbeddedPostgres.temporary({
      durable: true,
      postgresFlags: ['-c', 'max_prepared_transactions=4'],
    })()
    if (E.isLeft(started)) throw new Error(started.left.message)
    const server = started.right
    const there = await freshStore(server.url)
    const open = await openAppend(there, 's-1')
    await open.end("prepare transaction 'in doubt'")
    await appendOne(there, 's-2')
    expect(await readPositions(there)).toEqual({ events: [], settled: 0 })
    expect(await server.restart('immediate')()).toMatchObject({ _tag: 'Right' })
    expect(await readPositions(there)).toEqual({ events: [], settled: 0 })
    await there.watcher.unsafe("commit prepared 'in doubt'")
    expect((await readPositions(there)).events).toEqual([1, 2])
    await there.close()
    await server.stop()()
  })
})
