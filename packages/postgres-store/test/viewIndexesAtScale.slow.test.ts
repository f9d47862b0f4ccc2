import { type DocumentQuery, SortKey } from '@foldlog/core/store'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { connect, freshName, migratedStore } from './connect.ts'
import { blocksOf, explainedSql } from './explainedSql.ts'
import { right } from './fixtures.ts'

const million = 1_000_000

let sql: postgres.Sql
let schema: string
let store: PostgresStore
const { sql: explained, plans } = explainedSql()

beforeAll(async () => {
  sql = connect({ max: 4 })
  schema = freshName('million')
  store = await migratedStore({ sql, schema })
  await right(store.register({ name: 'stays', generation: 1, partitions: 1, start: 0 }))
  await right(store.register({ name: 'others', generation: 1, partitions: 1, start: 0 }))
  // As the commits of a projection store them: `nights` has 100 values, `guest.name` a million.
  await sql.unsafe(`
    insert into "${schema}".handler_documents (generation, kind, key, partition, position, data, handler)
    select g.id, 'view', 'stay-' || n, 0, n,
      jsonb_build_object('nights', n::bigint * 7919 % 100, 'guest', jsonb_build_object('name', 'guest ' || n::bigint * 104729 % ${million})),
      g.handler
    from "${schema}".handler_generations g join "${schema}".handlers h on h.id = g.handler and h.name = 'stays'
    cross join generate_series(1, ${million}) n`)
  await right(store.declareIndexes('stays', [[['guest', 'name']], [['nights'], ['guest', 'name']]]))
  expect((await right(store.createIndexes)).made).toHaveLength(2)
}, 600_000)
afterAll(async () => {
  await store.stop()
  await explained.end()
  await sql.unsafe(`drop schema "${schema}" cascade`)
  await sql.end()
})

const name = ['guest', 'name']
const queries: Readonly<Record<string, Partial<DocumentQuery>>> = {
  'the first of an order': { order: [{ path: name }] },
  'the last of an order': { order: [{ path: name, descending: true }], descending: true },
  'a page in the midst': {
    order: [{ path: ['nights'] }, { path: name }],
    after: 'stay-1',
    afterFields: [SortKey.of(50), SortKey.of('guest 5')],
  },
  'one value': { where: { guest: { name: 'guest 4711' } }, ranges: [{ path: name, ...SortKey.equalTo('guest 4711') }] },
  'a prefix, in order': { ranges: [{ path: name, ...SortKey.startsWith('guest 99999') }], order: [{ path: name }] },
  'a value of one field, in the order of the next': {
    ranges: [{ path: ['nights'], ...SortKey.equalTo(7) }],
    order: [{ path: name }],
  },
}

describe('a query on a declared index, over a million documents', () => {
  it.each(Object.keys(queries))('reads a few blocks for %s', async (what) => {
    const reader = makePostgresStore({ sql: explained, schema, notifications: false })
    const ask = () => right(reader.listDocuments({ name: 'stays', kind: 'view', count: 20, ...queries[what] }))
    await ask()
    plans.length = 0
    const begin = performance.now()
    const page = await ask()
    const took = performance.now() - begin
    const scans = plans.filter((plan) => plan.includes('handler_documents where generation'))
    expect(scans).toHaveLength(1)
    const [scan = ''] = scans
    expect(scan).toMatch(/using handler_documents_view_/)
    expect(page.documents.length).toBeGreaterThan(0)
    // Blocks and not milliseconds: the machine may be loaded. A read of all documents has about 25,000 blocks.
    expect(blocksOf(scan)).toBeLessThan(100)
    process.stdout.write(`${what}: ${blocksOf(scan)} blocks, ${took.toFixed(1)} ms with its explanation\n`)
  })

  it('counts the documents of a range without a look at the others', async () => {
    const reader = makePostgresStore({ sql: explained, schema, notifications: false })
    plans.length = 0
    const ranges = [{ path: name, ...SortKey.startsWith('guest 9999') }]
    expect((await right(reader.countDocuments({ name: 'stays', kind: 'view', ranges }))).count).toBe(111)
    const [scan = ''] = plans.filter((plan) => plan.includes('count(*)'))
    expect(scan).toMatch(/using handler_documents_view_/)
    expect(blocksOf(scan)).toBeLessThan(1_000)
  })
})
