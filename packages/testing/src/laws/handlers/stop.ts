import { expectEqual } from '../../internal/expectations.ts'
import { left, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { commit, commitOf, heartbeatOf, registerAndLease, view } from './fixtures.ts'
import { law } from './handlerLaw.ts'

export const stop = groupOf('stop', [
  law('after a stop every operation is unavailable, and not worth retrying', async ({ store }) => {
    const lease = await registerAndLease(store)
    await store.stop()
    const of = { name: lease.name, kind: 'view' } as const
    const tasks = [
      store.settledPosition,
      store.history,
      store.verify({ position: 0, history: 'any' }),
      store.generations,
      store.handlerStatuses,
      store.register({ ...lease, partitions: 1, start: 0 }),
      store.promote(lease),
      store.rollBack(lease),
      store.retire(lease),
      store.remove(lease.name),
      store.rename(lease.name, 'other'),
      store.reset({ ...lease, partitions: 1, start: 0 }),
      store.resetCheckpoints({ name: lease.name, position: 0, partitions: [lease] }),
      store.heartbeat([heartbeatOf(lease, 'member')]),
      store.release([lease]),
      store.commit([commitOf(lease, [])]),
      store.getDocuments(of, ['a']),
      store.listDocuments(of),
      store.dueDocuments(lease, [0], 1),
      store.requestAction({ ...lease, kind: 'view', key: 'a' }, 'retry'),
      store.checkpoints([lease.name]),
      store.findParked(lease.name, [1]),
    ]
    for (const [i, task] of tasks.entries()) {
      const error = await left<{ readonly _tag: string }, unknown>(task)
      expectEqual([error._tag, Reflect.get(error, 'retryable')], ['StoreUnavailable', false], `operation ${i}`)
    }
    expectEqual((await left(store.checkpoints([''])))._tag, 'InvalidInput', 'bad input')
  }),

  law('a stop lets work in progress end normally, and may be called twice', async ({ store }) => {
    const lease = await registerAndLease(store)
    const outcome = commit(store, commitOf(lease, [view('a')]))
    await Promise.all([store.stop(), store.stop()])
    expectEqual(await outcome, 'committed', 'the commit under way')
  }),

  law('a stop ends listening, and a later listener is never called', async ({ store }) => {
    const end = store.onAppend(() => {})
    await right(store.settledPosition)
    await store.stop()
    end()
    store.onAppend(() => {})()
  }),
])
