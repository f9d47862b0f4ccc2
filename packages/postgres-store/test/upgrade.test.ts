import { readFileSync } from 'node:fs'
import { describeError } from '@foldlog/core'
import { makePostgresStore, migrate, migrationStatus, printMigrations } from '@foldlog/postgres-store'
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import { runAllOperations } from './allOperations.ts'
import { connect, freshDatabase } from './connect.ts'
import { left, newEvents, readWholeLog, right, streamNamed } from './fixtures.ts'
import { schemaShape } from './schemaShape.ts'

/** What `foldlog-postgres print` gave when the schema was 72 numbered files, as it was then. */
const unreleasedSchema = readFileSync(new URL('unreleased/schema.sql', import.meta.url), 'utf8')

const uuid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const admin = connect()
let database: Awaited<ReturnType<typeof freshDatabase>>
let sql: postgres.Sql
beforeEach(async () => {
  database = await freshDatabase(admin)
  sql = connect({}, database.url)
  await sql.unsafe(unreleasedSchema)
})
afterEach(async () => {
  await sql.end()
  await database.drop()
})
afterAll(() => admin.end())

/** Writes rows by the functions of the old schema: one of everything that a store keeps. */
const fill = async (): Promise<void> => {
  const call = async (text: string, ...parameters: ReadonlyArray<string>): Promise<string> => {
    const [row] = await sql.unsafe(`select foldlog.${text} as answer`, [...parameters])
    return String(row?.['answer'])
  }
  const append = (stream: string, expected: number, ids: ReadonlyArray<number>) =>
    call(
      'append($1::text::jsonb)',
      // One append, to one stream.
      JSON.stringify([
        [[stream, 'account', expected, ids.map((n) => [uuid(n), 'Happened', 1, { n }, null, null, null])]],
      ]),
    )
  await append('account-1', 0, [1, 2, 3])
  await append('account-2', 0, [4])
  await append('account-2', 1, [5])
  await append('account-3', 0, [6])
  expect(await call("delete_stream('account-3', 1)")).toContain('deleted')
  const history = await call('begin_history()')
  await call(`save_snapshot('account-1', 1, 2, '{"sum":3}', '${history}')`)

  expect(await call("register_handler('counting', 1, 1, 0)")).not.toBe('null')
  const leases = await call(
    'heartbeat($1::text::jsonb)',
    JSON.stringify([['counting', 1, 'worker', 3_600_000, 10, null]]),
  )
  // [[surplus, again, [[partition, epoch, revision, ...], ...]], ...]
  const partitions: ReadonlyArray<readonly [unknown, unknown, ReadonlyArray<readonly [number, number, number]>]> =
    JSON.parse(leases)
  const [partition, epoch, revision] = partitions[0]?.[2][0] ?? []
  const changes = [
    ['view', 'sum', { sum: 6 }, null],
    ['ahead', '0', { doneTo: 5 }, null],
    ['parked', '4', { position: 4 }, null],
  ]
  expect(
    await call(
      'commit_handlers($1::text::jsonb)',
      JSON.stringify([['counting', 1, partition, epoch, revision, 3, changes]]),
    ),
  ).toBe('["new"]')
  await call("wish_document('counting', 1, 'parked', '4', 'retry')")
  // As a checkpoint reset leaves it.
  await sql`update foldlog.handler_generations set spoiled = true, set_backs = 2`
  await call("register_handler('open', 1, 1, 0)")
  await call(`open_inline('open', 1, '["other"]')`)
}

/** The tables whose rows an upgrade keeps as they are. */
const kept = [
  'streams',
  'events',
  'snapshots',
  'log_histories',
  'recovery_mark',
  'handlers',
  'handler_generations',
  'handler_partitions',
  'handler_members',
  'inline_projections',
]

/** Columns of these tables that have another name now. */
const renamed: Readonly<Record<string, string>> = { spoiled: 'invalidated', set_backs: 'checkpoint_resets' }

/** A column that the upgrade adds, with the same value in every row. */
const isAdded = ([column, value]: readonly [column: string, value: unknown]): boolean =>
  (['identity', 'indexes', 'tags'].includes(column) && value === null) || (column === 'released' && value === true)

/**
 * All rows of the tables that are kept, with the transactions that wrote them and under the names that their columns
 * have now, without added ones, and the sequences.
 */
const keptRows = async () => {
  const texts = [...kept, 'log_state'].map(
    (table) => `select '${table}' as name, xmin::text, to_jsonb(t)::text as row from foldlog.${table} t`,
  )
  const rows = await sql.unsafe(texts.join(' union all '))
  return [
    rows
      .map(({ name, xmin, row }) => {
        const columns = Object.entries(JSON.parse(row))
          .filter((column) => !isAdded(column))
          .map(([column, value]) => [renamed[column] ?? column, value])
        return { name, xmin, columns: columns.map((column) => JSON.stringify(column)).sort() }
      })
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
    await sql`select sequencename, last_value from pg_sequences where schemaname = 'foldlog' order by 1`,
  ]
}

const historyOf = async () => (await sql`select history, xmin::text from foldlog.log_state`)[0]

describe('a schema of an unreleased version, with data in it', () => {
  it('is upgraded, and then has the shape of a new one and every row', async () => {
    await fill()
    const before = await keptRows()
    const names = new Set(before[0]?.map((row) => row['name']))
    expect(names).toEqual(new Set([...kept, 'log_state']))
    expect(await right(migrationStatus({ sql }))).toMatchObject({ upToDate: false })
    await right(migrate({ sql }))
    expect(await keptRows()).toEqual(before)
    expect(await right(migrationStatus({ sql }))).toMatchObject({ upToDate: true })

    const other = await freshDatabase(admin)
    const fresh = connect({}, other.url)
    await right(migrate({ sql: fresh }))
    const sequences = /^sequence .*$/gm
    expect((await schemaShape(sql, 'foldlog')).replaceAll(sequences, 'sequence')).toBe(
      (await schemaShape(fresh, 'foldlog')).replaceAll(sequences, 'sequence'),
    )
    const migrationRows = (client: postgres.Sql) => client`
      select number::text as name, checksum from foldlog.migrations
      union all select name, checksum from foldlog.functions order by 1`
    expect(await migrationRows(sql)).toEqual(await migrationRows(fresh))
    await fresh.end()
    await other.drop()
  })

  it('continues in its history: no handler stops, and no position is rejected', async () => {
    await fill()
    const before = await historyOf()
    await right(migrate({ sql }))
    const store = makePostgresStore({ sql })
    const stream = streamNamed('account-1')
    await right(store.append({ stream, expected: 3, events: newEvents(1) }))
    await runAllOperations(store)
    expect(await historyOf()).toEqual(before)
    expect(await sql`select number from foldlog.log_histories`).toHaveLength(1)
    await store.stop()
  })

  it('keeps its events, snapshots, checkpoints and documents, under the words of today', async () => {
    await fill()
    await right(migrate({ sql }))
    const store = makePostgresStore({ sql })
    const log = await readWholeLog(store)
    expect(log.map(({ stream, version, data }) => [stream, version, data])).toEqual([
      ['account-1', 1, { n: 1 }],
      ['account-1', 2, { n: 2 }],
      ['account-1', 3, { n: 3 }],
      ['account-2', 1, { n: 4 }],
      ['account-2', 2, { n: 5 }],
      // Its stream is deleted, and its event stays.
      ['account-3', 1, { n: 6 }],
    ])
    expect(await right(store.readFromSnapshot(streamNamed('account-1'), 1))).toMatchObject({
      snapshot: { value: { version: 2, state: { sum: 3 } } },
    })
    const ref = { name: 'counting', generation: 1 }
    const ordered = await right(store.listDocuments({ ...ref, kind: 'view', order: [{ path: ['sum'] }] }))
    expect(ordered.documents).toMatchObject([{ key: 'sum', data: { sum: 6 } }])
    const gaps = await right(store.listDocuments({ ...ref, kind: 'gaps' }))
    expect(gaps.documents).toMatchObject([{ key: '0', data: { doneTo: 5 } }])
    const parked = await right(store.listDocuments({ ...ref, kind: 'parked' }))
    expect(parked.documents).toMatchObject([{ key: '4', requestedAction: 'retry' }])
    expect(await sql`select from foldlog.handler_documents where kind = 'ahead'`).toEqual([])
    const status = await right(store.handlerStatuses)
    expect(status.find(({ name }) => name === 'counting')).toMatchObject({ partitions: [{ position: 3 }], parked: 1 })
    const generations = await right(store.generations)
    expect(generations.map(({ name, checkpointResets }) => [name, checkpointResets])).toEqual([
      ['counting', 2],
      ['open', 0],
    ])
    expect(await sql`select invalidated from foldlog.handler_generations order by id`).toEqual([
      { invalidated: true },
      { invalidated: false },
    ])
    await store.stop()
  })

  it('is upgraded once, by eight clients at once', async () => {
    await fill()
    const before = await keptRows()
    const clients = Array.from({ length: 8 }, () => connect({ max: 1 }, database.url))
    const outcomes = await Promise.all(clients.map((client) => migrate({ sql: client })()))
    expect(outcomes).toEqual(outcomes.map(() => E.right(undefined)))
    expect(await keptRows()).toEqual(before)
    expect(
      await sql`
        select count(distinct applied_at)::int as times
        from (select applied_at from foldlog.migrations union all select applied_at from foldlog.functions) applied`,
    ).toEqual([{ times: 1 }])
    for (const client of clients) await client.end()
  })

  it('is upgraded beside a program of the unreleased version that migrates at the same time', async () => {
    await fill()
    const before = await keptRows()
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => {
        const client = connect({ max: 1 }, database.url)
        const outcome = await (i % 2 === 0 ? client.unsafe(printed()) : client.unsafe(unreleasedSchema)).then(
          () => 'done',
          ({ code }: postgres.PostgresError) => code,
        )
        await client.end()
        return [i % 2 === 0, outcome] as const
      }),
    )
    expect(outcomes.filter(([isNew]) => isNew).map(([, outcome]) => outcome)).toEqual(Array(4).fill('done'))
    // Before the upgrade it finds nothing to do, and after it migration 1 in another form.
    for (const [isNew, outcome] of outcomes) if (!isNew) expect(['done', 'FL010']).toContain(outcome)
    expect(await keptRows()).toEqual(before)
    expect(await right(migrationStatus({ sql }))).toMatchObject({ upToDate: true })
  })

  it('refuses the unreleased version afterwards, and stays as it is', async () => {
    await fill()
    await right(migrate({ sql }))
    const before = [await schemaShape(sql, 'foldlog'), await keptRows()]
    await expect(sql.unsafe(unreleasedSchema)).rejects.toMatchObject({
      code: 'FL010',
      message: 'migration 1 (streams) was applied in another form than this version has it',
    })
    expect([await schemaShape(sql, 'foldlog'), await keptRows()]).toEqual(before)
  })

  for (const [how, change] of Object.entries({
    'in another form': "update foldlog.migrations set checksum = 'x' where number = 17",
    'not to its end': 'delete from foldlog.migrations where number = 72',
    'with more than that': "insert into foldlog.migrations values (73, 'more', 'x')",
  }))
    it(`is refused, and left as it is, when it was made ${how}`, async () => {
      await sql.unsafe(change)
      const before = await schemaShape(sql, 'foldlog')
      const error = await left(migrate({ sql }))
      expect(error).toMatchObject({ _tag: 'StoreUnavailable', retryable: false, cause: { code: 'FL010' } })
      expect(describeError(error)).toContain('the schema was made by an unreleased version of foldlog')
      expect(await schemaShape(sql, 'foldlog')).toBe(before)
    })

  it('is refused, and left as it is, when a view of the application uses a function of it', async () => {
    await sql`create view public.mine as select foldlog.horizon() as position`
    const before = await schemaShape(sql, 'foldlog')
    const error = await left(migrate({ sql }))
    expect(error).toMatchObject({ retryable: false, why: expect.stringContaining('other objects depend on it') })
    expect(await schemaShape(sql, 'foldlog')).toBe(before)
  })

  it('is refused by a script that begins after a migration', async () => {
    const script = E.getOrElse(() => '')(printMigrations('foldlog', { from: 3 }))
    await expect(sql.unsafe(script)).rejects.toMatchObject({ code: 'FL010' })
  })
})

const printed = (): string => E.getOrElse(() => '')(printMigrations('foldlog'))
