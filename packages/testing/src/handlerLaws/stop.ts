import { same } from '../internal/expectation.ts'
import { beatOf, commit, commitOf, heldHandler, left, right, view } from './given.ts'
import { groupOf, law } from './HandlerLaw.ts'

export const stop = groupOf('stop', [
  law('makes every operation unavailable, and not worth trying again', async (store) => {
    const lease = await heldHandler(store)
    await store.stop()
    const of = { name: lease.name, kind: 'view' } as const
    const tasks = [
      store.head,
      store.history,
      store.verify({ position: 0, history: 'any' }),
      store.generations,
      store.handlers,
      store.register({ ...lease, partitions: 1, start: 0 }),
      store.promote(lease),
      store.rollBack(lease),
      store.retire(lease),
      store.setBack({ name: lease.name, position: 0, partitions: [lease] }),
      store.heartbeat([beatOf(lease, 'member')]),
      store.release([lease]),
      store.commit([commitOf(lease, [])]),
      store.getDocuments(of, ['a']),
      store.listDocuments(of),
      store.dueDocuments(lease, [0], 1),
      store.wish({ ...lease, kind: 'view', key: 'a' }, 'retry'),
      store.checkpoints([lease.name]),
    ]
    for (const [i, task] of tasks.entries()) {
      const error = await left<{ readonly _tag: string }, unknown>(task)
      same([error._tag, Reflect.get(error, 'retryable')], ['StoreUnavailable', false], `operation ${i}`)
    }
    same((await left(store.checkpoints([''])))._tag, 'InvalidInput', 'bad input')
  }),

  law('lets what is under way end well, and may be called twice', async (store) => {
    const lease = await heldHandler(store)
    const outcome = commit(store, commitOf(lease, [view('a')]))
    await Promise.all([store.stop(), store.stop()])
    same(await outcome, 'committed', 'the commit under way')
  }),

  law('ends listening, and listening may begin after it and hears nothing', async (store) => {
    const end = store.onAppend(() => {})
    await right(store.head)
    await store.stop()
    end()
    store.onAppend(() => {})()
  }),
])
