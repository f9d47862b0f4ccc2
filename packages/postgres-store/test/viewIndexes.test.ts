import type { Json } from '@foldlog/core'
import { type DocumentQuery, SortKey } from '@foldlog/core/store'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type postgres from 'postgres'
import { connect, freshName, migratedStore } from './connect.ts'
import { documentedRoles } from './DocumentedRoles.ts'
import { explainedSql } from './explainedSql.ts'
import { right } from './fixtures.ts'
import { handlerCalls } from './handlerFixtures.ts'

let sql: postgres.Sql
let schema: string
let store: PostgresStore

beforeAll(async () => {
  sql = connect({ max: 4 })
  schema = freshName('view_indexes')
  store = await migratedStore({ sql, schema })
})
afterAll(async () => {
  await store.stop()
  await sql.unsafe(`drop schema "${schema}" cascade`)
  await sql.end()
})

/** Makes a handler with these views. */
const withViews = async (name: string, views: ReadonlyArray<Json>): Promise<void> => {
  const { register, heartbeat } = handlerCalls(() => store)
  await register(name, 1)
  const [lease] = await heartbeat(name, 'member')
  if (lease === undefined) throw new Error('no lease')
  const changes = views.map((data, i) => ({ kind: 'view' as const, key: `${i}`, data }))
  await right(store.commit([{ ...lease, position: 0, changes }]))
}

/** Ends the leases of the member, so that the handler is in no use. */
const leave = async (name: string): Promise<void> => {
  await right(store.release(await handlerCalls(() => store).heartbeat(name, 'member')))
  const leaving = { name, generation: 1, member: 'member', leaseTime: 1_000, capacity: 0, report: null }
  await right(store.heartbeat([leaving]))
}

const indexNames = async (): Promise<ReadonlyArray<string>> => {
  const rows = await sql`
    select indexname, indisvalid from pg_indexes join pg_class on relname = indexname and relnamespace = ${schema}::regnamespace
    join pg_index on indexrelid = pg_class.oid
    where schemaname = ${schema} and indexname like 'handler_documents_view_%' order by 1`
  return rows.map((row) => `${row['indexname']}${row['indisvalid'] ? '' : ' (invalid)'}`)
}

const keysOf = async (query: Omit<DocumentQuery, 'kind'>): Promise<ReadonlyArray<string>> =>
  (await right(store.listDocuments({ ...query, kind: 'view' }))).documents.map(({ key }) => key)

describe('the indexes of views', () => {
  it('are created when they are declared, once, and dropped when they are declared no more', async () => {
    await withViews('declared', [{ n: 1 }, { n: 2 }])
    const indexes = [[['n']], [['guest', 'name'], ['n']]]
    await right(store.declareIndexes('declared', indexes))
    expect(await right(store.createIndexes)).toMatchObject({
      made: [{}, {}].map(() => expect.any(String)),
      missing: [],
    })
    const names = await indexNames()
    expect(names).toHaveLength(2)
    for (const name of names) expect(Buffer.from(name).length).toBeLessThanOrEqual(63)
    await right(store.declareIndexes('declared', indexes))
    expect(await right(store.createIndexes)).toEqual({ made: [], missing: [], busy: false })
    expect(await indexNames()).toEqual(names)
    await right(store.declareIndexes('declared', indexes.slice(1)))
    expect((await right(store.createIndexes)).made).toEqual([expect.stringMatching(/^drop index concurrently/)])
    expect(await indexNames()).toHaveLength(1)
    await right(store.declareIndexes('declared', []))
    await right(store.createIndexes)
    expect(await indexNames()).toEqual([])
  })

  it('outlive a rebuild and another name of the handler, and go with it', async () => {
    await withViews('moved', [{ n: 1 }])
    await right(store.declareIndexes('moved', [[['n']]]))
    await right(store.createIndexes)
    const names = await indexNames()
    await right(store.register({ name: 'moved', generation: 2, partitions: 1, start: 0 }))
    await leave('moved')
    await right(store.rename('moved', 'moved on'))
    expect((await right(store.createIndexes)).made).toEqual([])
    expect(await indexNames()).toEqual(names)
    await leave('moved on')
    await right(store.remove('moved on'))
    await right(store.createIndexes)
    expect(await indexNames()).toEqual([])
  })

  it('that a crash has left invalid are built again', async () => {
    await withViews('crashed', [{ n: 1 }, { n: 1 }])
    await right(store.declareIndexes('crashed', [[['n']]]))
    await right(store.createIndexes)
    const before = await indexNames()
    const [name = ''] = before.slice(-1)
    // What a crash in the midst of `create index concurrently` leaves. Only a superuser may write into the catalog.
    await sql`update pg_index set indisvalid = false where indexrelid = ${`"${schema}"."${name}"`}::regclass`
    expect(await indexNames()).toEqual([...before.slice(0, -1), `${name} (invalid)`])
    const { made } = await right(store.createIndexes)
    expect(made).toEqual([expect.stringMatching(/^drop index/), expect.stringMatching(/^create index/)])
    expect(await indexNames()).toEqual(before)
  })

  it('have fields of any name and handlers of any name, which stay data', async () => {
    const odd = [
      "it's",
      '"',
      '$1',
      '$query$',
      '%s',
      '\\',
      "'); drop schema public cascade; --",
      '日'.repeat(170),
      'x'.repeat(512),
    ]
    for (const [i, field] of odd.entries()) {
      const name = `${field.slice(0, 200)} handler`
      await withViews(name, [{ [field]: { [field]: 2 } }, { [field]: { [field]: 1 } }, {}])
      await right(store.declareIndexes(name, [[[field, field]], [[field], [field, field]]]))
      expect(await right(store.createIndexes)).toMatchObject({
        missing: [],
        made: [expect.anything(), expect.anything()],
      })
      const order = [{ path: [field, field] }]
      expect(await keysOf({ name, order })).toEqual(['2', '1', '0'])
      expect(await keysOf({ name, order, where: { [field]: { [field]: 1 } } })).toEqual(['1'])
      expect(await keysOf({ name, order, ranges: [{ path: [field, field], ...SortKey.atLeast(i % 2) }] })).toEqual([
        '1',
        '0',
      ])
    }
  })

  it('hold the largest keys and values', async () => {
    const name = 'large'
    const fields = ['a', 'b', 'c', 'd']
    await withViews(name, [])
    await right(store.declareIndexes(name, [fields.map((field) => [field])]))
    await right(store.createIndexes)
    const [lease] = await handlerCalls(() => store).heartbeat(name, 'member')
    if (lease === undefined) throw new Error('no lease')
    // Random characters of three bytes, so that nothing is compressed.
    const text = (length: number) =>
      Array.from({ length }, () => String.fromCodePoint(0x4e00 + Math.floor(Math.random() * 20_000))).join('')
    const data = Object.fromEntries(fields.map((field) => [field, text(100_000)]))
    await right(store.commit([{ ...lease, position: 0, changes: [{ kind: 'view', key: text(512), data }] }]))
    expect(await keysOf({ name, order: fields.map((field) => ({ path: [field] })) })).toHaveLength(1)
  })

  it('are created by many stores at once, each once', async () => {
    await withViews('raced', [{ n: 1 }])
    await right(store.declareIndexes('raced', [[['n']], [['m']], [['n'], ['m']]]))
    const others = Array.from({ length: 3 }, () => makePostgresStore({ sql, schema }))
    const outcomes = await Promise.all([store, ...others].map((one) => right(one.createIndexes)))
    expect(outcomes.flatMap(({ missing }) => missing)).toEqual([])
    expect(new Set(outcomes.flatMap(({ made }) => made)).size).toBe(outcomes.flatMap(({ made }) => made).length)
    expect(await right(store.createIndexes)).toEqual({ made: [], missing: [], busy: false })
  })

  it('are not created by a role that does not own the table: it says so, and queries give the same', async () => {
    const roles = await documentedRoles()
    const writerSql = connect({ max: 1 }, roles.url('writer'))
    const writer = makePostgresStore({ sql: writerSql })
    await right(writer.register({ name: 'h', generation: 1, partitions: 1, start: 0 }))
    await right(writer.declareIndexes('h', [[['n']]]))
    const { made, missing, busy } = await right(writer.createIndexes)
    expect({ made, busy }).toEqual({ made: [], busy: false })
    expect(missing).toEqual([{ change: expect.stringMatching(/^create index/), why: expect.stringMatching(/owner/) }])
    expect(
      (await right(writer.listDocuments({ name: 'h', kind: 'view', order: [{ path: ['n'] }] }))).documents,
    ).toEqual([])
    const ownerSql = connect({ max: 1 }, roles.url('owner'))
    expect((await right(makePostgresStore({ sql: ownerSql }).createIndexes)).made).toHaveLength(1)
    expect((await right(writer.createIndexes)).missing).toEqual([])
    await Promise.all([writerSql.end(), ownerSql.end()])
    await roles.drop()
  })

  it('are used by queries that are planned with their values', async () => {
    await withViews(
      'planned',
      Array.from({ length: 2_000 }, (_, n) => ({ n: n % 100, guest: { name: `guest ${n}` } })),
    )
    await right(store.declareIndexes('planned', [[['n']], [['guest', 'name']]]))
    await right(store.createIndexes)
    const { sql: explained, plans } = explainedSql()
    const reader = makePostgresStore({ sql: explained, schema, notifications: false })
    const isScan = (plan: string) => plan.includes('handler_documents where generation') && plan.includes('Limit')
    const queries: ReadonlyArray<Partial<DocumentQuery>> = [
      { order: [{ path: ['n'] }] },
      { order: [{ path: ['n'], descending: true }], descending: true },
      { order: [{ path: ['n'] }], after: '50', afterFields: [SortKey.of(50)] },
      { order: [{ path: ['guest', 'name'] }], ranges: [{ path: ['guest', 'name'], ...SortKey.startsWith('guest 7') }] },
      { where: { guest: { name: 'guest 70' } }, ranges: [{ path: ['guest', 'name'], ...SortKey.equalTo('guest 70') }] },
    ]
    for (const query of queries) {
      // More often than plpgsql plans for the values of a call.
      for (let i = 0; i < 8; i++) {
        plans.length = 0
        await right(reader.listDocuments({ name: 'planned', kind: 'view', count: 10, ...query }))
        const [scan = ''] = plans.filter(isScan)
        expect(scan).toMatch(/Index Scan (Backward )?using handler_documents_view_/)
        expect(scan).not.toContain('Sort')
      }
    }
    await reader.stop()
    await explained.end()
  })
})
