import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { connect, LogicalDump, withConnection } from '@foldlog/test-kit'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { newEvent, streamName, testUrl } from '../attack/freshStore.ts'
import { freshDatabase } from '../connect.ts'
import { right } from '../fixtures.ts'

type Database = Awaited<ReturnType<typeof freshDatabase>>

let admin: postgres.Sql
let sql: postgres.Sql
let store: ReturnType<typeof makePostgresStore>
const databases: Array<Database> = []

const append = (to: typeof store, stream: string) =>
  to.append({ stream: streamName(stream), expected: 'any', events: [newEvent({})] })()

/**
 * Events of five streams; a gap in the positions, as a crash or a rollback leaves it; more events of the same streams,
 * and a handler.
 */
const fill = async (url: string): Promise<void> => {
  const client = connect(url)
  await right(migrate({ sql: client }))
  const source = makePostgresStore({ sql: client })
  for (let i = 0; i < 5; i++) await append(source, `s-${i}`)
  await client`select setval('foldlog.positions', 100)`
  for (let i = 0; i < 5; i++) await append(source, `s-${i}`)
  await right(source.register({ name: 'known', generation: 1, partitions: 1, start: 0 }))
  await source.stop()
  await client.end()
}

beforeAll(async () => {
  admin = connect(testUrl, { max: 1 })
  const [from, to] = [await freshDatabase(admin), await freshDatabase(admin)]
  databases.push(from, to)
  await fill(from.url)
  const dump = await withConnection(from.url, (client) => LogicalDump.take(client))
  await withConnection(to.url, (client) => LogicalDump.copyRows(client, dump))
  sql = connect(to.url)
  store = makePostgresStore({ sql, retryTimeout: 500 })
})

afterAll(async () => {
  await store.stop()
  await sql.end()
  for (const { drop } of databases) await drop()
  await admin.end()
})

/** A refused append draws a position too, so after some tries the sequence reaches a gap. */
const tries = 20

describe('a log whose rows were copied without the sequences', () => {
  it('makes the first append fail with an error that says what to do', async () => {
    expect(await append(store, 's-0')).toMatchObject({
      left: { _tag: 'StoreUnavailable', retryable: false, why: expect.stringContaining('sequence') },
    })
  })

  // Into the gap, behind all readers, and older than what is before them in their stream.
  it('takes no event that readers have passed, however often it is tried', async () => {
    const { position } = await right(store.readLog({}))
    for (let i = 0; i < tries; i++) await append(store, 's-0')
    const rows = await sql`
      select position::int from foldlog.events where position <= ${position}::text::bigint order by position`
    expect(rows.map((row) => Number(row['position']))).toEqual([1, 2, 3, 4, 5, 101, 102, 103, 104, 105])
  })

  it('takes no stream and no handler whose numbers belong to others, and says which sequence it is', async () => {
    expect(await append(store, 'new-1')).toMatchObject({ left: { why: expect.stringContaining('sequence') } })
    expect(await store.register({ name: 'new', generation: 1, partitions: 1, start: 0 })()).toMatchObject({
      left: { why: expect.stringContaining('sequence') },
    })
  })

  it('makes the migrations fail', async () => {
    expect(E.isLeft(await migrate({ sql })())).toBe(true)
  })
})
