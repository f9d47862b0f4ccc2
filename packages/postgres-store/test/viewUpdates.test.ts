import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type FreshStore, freshStore } from './attack/freshStore.ts'
import { appendOne } from './attack/openAppend.ts'
import { right } from './fixtures.ts'
import { handlerCalls } from './handlerFixtures.ts'

let fresh: FreshStore

beforeAll(async () => {
  fresh = await freshStore()
})

afterAll(() => fresh.close())

it('an update of a view is made in place, without a new entry in any index', async () => {
  const { register, heartbeat } = handlerCalls(() => fresh.store)
  await appendOne(fresh, 's-1')
  await register('views', 1)
  const [lease] = await heartbeat('views', 'member')
  if (lease === undefined) throw new Error('no lease')
  const changes = [{ kind: 'view', key: 'a', data: { n: 1 } }] as const
  expect(await right(fresh.store.commit([{ ...lease, position: 1, changes }]))).toEqual(['committed'])

  await fresh.watcher.begin(async (transaction) => {
    const table = `"${fresh.schema}".handler_documents`
    const updated = await transaction.unsafe(`
      update ${table} set data = '{"n": 2}', position = 2, partition = partition, due = due, requested_action = null, parked_position = null`)
    expect(updated.count).toBe(1)
    const [row] = await transaction.unsafe(
      `select pg_stat_get_xact_tuples_hot_updated('${table}'::regclass)::int as hot`,
    )
    expect(row?.['hot']).toBe(1)
  })
})
