import type { DocumentChange } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  expiredMember,
  firstLease,
  freshName,
  leaseWithDocuments,
  registerHandler,
  sendHeartbeat,
  view,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const conditionOf = async (store: CompleteHandlerStore, name: string) =>
  (await right(store.checkpoints([name]))).conditions[name]

const parked = (key: string, position: number): DocumentChange => ({
  kind: 'parked',
  key,
  data: { position, why: key },
})

const keysAt = async (store: CompleteHandlerStore, name: string, positions: ReadonlyArray<number>) =>
  (await right(store.findParked(name, positions))).map(({ key }) => key)

export const waitedHandlers = groupOf('waited handlers', [
  law('the condition of a handler says whether a member of any generation works on it', async ({ store, until }) => {
    const of = await registerHandler(store, 2)
    const { name } = of
    const activity = async () => (await conditionOf(store, name))?.activity
    expectEqual(await activity(), 'idle', 'before any member')
    await expiredMember(store, of, until)
    expectEqual(await activity(), 'idle', 'after a member has expired')
    const member = freshName('member')
    await sendHeartbeat(store, of, member)
    expectEqual(await activity(), 'working', 'with a member')
    const { leases } = await sendHeartbeat(store, of, member, { capacity: 0 })
    await right(store.release(leases))
    await sendHeartbeat(store, of, member, { capacity: 0 })
    expectEqual(await activity(), 'idle', 'after the member has left')
    const next = await registerHandler(store, 1, { name, generation: 2 })
    await sendHeartbeat(store, next, member)
    expectEqual(await activity(), 'working', 'with a member of a build')
    expectEqual(await conditionOf(store, freshName()), undefined, 'of an unknown handler')
  }),

  law('the condition of a handler says whether it is stopped, and whether it is to go on', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [
      { kind: 'stop', key: 'a', data: {} },
      { kind: 'stop', key: 'b', data: {} },
    ])
    const activity = async () => (await conditionOf(store, lease.name))?.activity
    expectEqual(await activity(), 'stopped', 'with two stops')
    await right(store.requestAction({ ...lease, kind: 'stop', key: 'a' }, 'resume'))
    expectEqual(await activity(), 'stopped', 'when an action is requested for one of them')
    await right(store.requestAction({ ...lease, kind: 'stop', key: 'b' }, 'resume'))
    expectEqual(await activity(), 'resuming', 'when an action is requested for both')
    await commit(
      store,
      commitOf(lease, [
        { kind: 'stop', key: 'a' },
        { kind: 'stop', key: 'b' },
      ]),
    )
    expectEqual(await activity(), 'working', 'without stops')
  }),

  law('the condition of a handler says whether its serving generation has parked events', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [view('a'), { kind: 'stop', key: 'a', data: {} }])
    const hasParked = async () => (await conditionOf(store, lease.name))?.hasParked
    expectEqual(await hasParked(), false, 'with other documents')
    const build = await registerHandler(store, 1, { name: lease.name, generation: 2 })
    const own = firstLease(await sendHeartbeat(store, build, freshName('member')))
    await commit(store, commitOf(own, [parked('a', 1)]))
    expectEqual(await hasParked(), false, 'when a build has one')
    await commit(store, commitOf(lease, [parked('a', 1)]))
    expectEqual(await hasParked(), true, 'with one')
    const after = { ...lease, revision: lease.revision + 1, position: lease.position + 1 }
    await commit(store, commitOf(after, [{ kind: 'parked', key: 'a' }]))
    expectEqual(await hasParked(), false, 'without one')
  }),

  law('parked events are found by their positions, in the serving generation, by key', async ({ store }) => {
    const other = { kind: 'view', key: 'v', data: { position: 7 } } as const
    const odd = { kind: 'parked', key: 'odd', data: ['7'] } as const
    const documents = [parked('c', 7), parked('a', 7), parked('b', 9), parked('d', 70), other, odd]
    const { name } = await leaseWithDocuments(store, documents)
    const build = await registerHandler(store, 1, { name, generation: 2 })
    const own = firstLease(await sendHeartbeat(store, build, freshName('member')))
    await commit(store, commitOf(own, [parked('of the build', 7)]))
    expectEqual(await keysAt(store, name, [7]), ['a', 'c'], 'at one position')
    expectEqual(await keysAt(store, name, [9, 7, 7, 8]), ['a', 'b', 'c'], 'at several')
    expectEqual(await keysAt(store, name, [8]), [], 'where nothing is parked')
    expectEqual(await keysAt(store, name, []), [], 'at no position')
    expectEqual(await keysAt(store, freshName(), [7]), [], 'of an unknown handler')
    const [first] = await right(store.findParked(name, [7]))
    expectEqual([first?.name, first?.generation, first?.data], [name, 1, { position: 7, why: 'a' }], 'the document')
  }),
])
