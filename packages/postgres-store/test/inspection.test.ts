import { LogSearch } from '@foldlog/core/store'
import { createInspectionIndexes, dropInspectionIndexes, makePostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { connect } from './connect.ts'
import { newEvents, right } from './fixtures.ts'
import { type PooledSchema, schemaPool } from './SchemaPool.ts'

/** What the laws of inspection do not show: large logs, and the optional indexes. */
const sql = connect({ max: 4 })
const pool = schemaPool(sql, 'inspection')
let schema: string
let pooled: PooledSchema
const count = 150_000
beforeAll(async () => {
  pooled = await pool.take()
  ;({ schema } = pooled)
  const store = makePostgresStore({ sql, schema })
  const append = (stream: string, n: number) =>
    right(store.append({ stream: stream as never, expected: 'any', events: newEvents(n) }))
  await append('rare-1', 1)
  await append('thing-1', 1)
  // The events of one stream as the store would write them: one in a thousand has another type, and one in three an
  // earlier version; each has a second of its own.
  await sql.unsafe(`
    insert into "${schema}".events (position, stream, version, recorded_at, id, remaining, schema_version, category,
      type, correlation_id, causation_id, data)
    select n + 1, stream, n, recorded_at + n * interval '1 second', gen_random_uuid(), 0, 1 + (n % 3 = 0)::int,
      category, case when n % 1000 = 0 then 'Seldom' else 'Often' end, 'request ' || n / 10, 'cause ' || n,
      jsonb_build_object('n', n, 'text', repeat('x', 200))
    from "${schema}".events e cross join generate_series(2, ${count}) n where e.category = 'thing' and e.version = 1
  `)
  await sql.unsafe(`select setval('"${schema}".positions', ${count + 1})`)
  await sql.unsafe(`update "${schema}".streams set version = ${count} where name = 'thing-1'`)
  await sql.unsafe(`analyze "${schema}".events`)
}, 120_000)
afterAll(async () => {
  await pool.drop()
  await sql.end()
})

const store = () => makePostgresStore({ sql, schema })

/** The pages of a search, and the most of them that a call may take. */
const pagesOf = async (search: LogSearch) => {
  const pages = []
  for (let { before } = search; pages.length < 20; ) {
    const page = await right(store().searchLog({ ...search, before }))
    pages.push(page)
    if (page.end) break
    before = page.position
  }
  return pages
}

it('a search without an index compares 100,000 positions in a call, and goes on', async () => {
  const pages = await pagesOf({ correlationId: 'request 1' })
  expect(pages.map(({ end, events }) => [end, events.length])).toEqual([
    [false, 0],
    [true, 10],
  ])
  expect(pages[0]?.position).toBe(count + 1 - 100_000 + 1)
})

it('an index lets a search find its events at once, and goes again', async () => {
  for (const change of ['made', 'made again'] as const) {
    const { made, missing } = await right(createInspectionIndexes({ sql, schema }))
    expect(missing).toEqual([])
    expect(made).toHaveLength(change === 'made' ? 2 : 0)
  }
  expect((await pagesOf({ correlationId: 'request 1' })).map(({ events }) => events.length)).toEqual([10])
  expect((await pagesOf({ causationId: 'cause 20000' })).map(({ events }) => events.length)).toEqual([1])
  // An invalid index, as a crash leaves it, is not used, and is made again.
  await sql.unsafe(
    `update pg_index set indisvalid = false where indexrelid = '"${schema}".events_correlation_position'::regclass`,
  )
  expect(await pagesOf({ correlationId: 'request 1' })).toHaveLength(2)
  expect((await right(createInspectionIndexes({ sql, schema }))).made).toEqual([
    expect.stringContaining('drop index'),
    expect.stringContaining('create index'),
  ])
  expect((await right(dropInspectionIndexes({ sql, schema }))).made).toHaveLength(2)
  expect(await pagesOf({ correlationId: 'request 1' })).toHaveLength(2)
})

it('streams and categories are looked up, and a time is a range of positions', async () => {
  expect(await pagesOf({ filter: { categories: ['rare'] } })).toMatchObject([{ end: true, events: [{ position: 1 }] }])
  expect(await pagesOf({ filter: { streams: ['rare-1' as never] } })).toMatchObject([{ end: true, events: [{}] }])
  const [{ recordedAt } = { recordedAt: new Date(0) }] = (await right(store().readLog({ after: 5_100, count: 1 })))
    .events
  const until = new Date(recordedAt.getTime() + 10_000)
  const pages = await pagesOf({ since: recordedAt, until, filter: { types: ['Often'] } })
  expect(pages).toHaveLength(1)
  expect(pages[0]?.events.map(({ position }) => position)).toEqual(Array.from({ length: 10 }, (_, i) => 5_110 - i))
})

it('times that are out of order by a minute are found', async () => {
  const at = 70_000
  await sql.unsafe(`alter table "${schema}".events disable trigger user`)
  await sql.unsafe(
    `update "${schema}".events set recorded_at = recorded_at - interval '59 seconds' where position = ${at}`,
  )
  await sql.unsafe(`alter table "${schema}".events enable trigger user`)
  const [moved] = (await right(store().readLog({ after: at - 1, count: 1 }))).events
  const since = moved?.recordedAt ?? new Date(0)
  const found = await pagesOf({ since, until: new Date(since.getTime() + 1) })
  expect(found.flatMap(({ events }) => events.map(({ position }) => position))).toEqual([at, at - 59])
  expect(LogSearch.maxDisorder).toBe(60_000)
})

it('a large log is counted by a sample', async () => {
  const { counts, estimated } = await right(store().countEvents)
  expect(estimated).toBe(true)
  const often = counts.filter(({ type }) => type === 'Often')
  const total = often.reduce((sum, one) => sum + one.count, 0)
  expect(total).toBeGreaterThan(count * 0.8)
  expect(total).toBeLessThan(count * 1.2)
  expect((often.find(({ schemaVersion }) => schemaVersion === 2)?.count ?? 0) / total).toBeCloseTo(1 / 3, 1)
})
