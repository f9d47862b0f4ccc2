import type { Lease } from '@foldlog/core/store'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  appendOne,
  commit,
  commitOf,
  firstLease,
  freshName,
  leaseWithDocuments,
  positionsOf,
  registerHandler,
  sendHeartbeat,
  view,
  viewsOf,
} from './fixtures.ts'
import { parked, rolesOf, takenOver } from './generationFixtures.ts'
import { law } from './handlerLaw.ts'

export const promotions = groupOf('generations', [
  law('a promotion swaps generations in one step: queries read the promoted one', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [view('a', 1)])
    const next = await registerHandler(store, 2, { name: lease.name, generation: 2 })
    const { leases } = await sendHeartbeat(store, next, freshName('member'))
    await right(store.commit(leases.map((one) => commitOf(one, [view(`${one.partition}`, 2)], 9))))
    const before = await right(store.listDocuments({ name: lease.name, kind: 'view' }))
    expectEqual([before.generation, before.documents.length], [1, 1], 'what serves before')
    const promoted = await right(store.promote(next))
    expectEqual(
      promoted,
      { ...next, partitions: 2, start: 0, serving: 2, role: 'serving', identity: null, blockedBy: null },
      'the answer to promoting',
    )
    const after = await right(store.listDocuments({ name: lease.name, kind: 'view' }))
    expectEqual([after.generation, after.position, after.documents.length], [2, 9, 2], 'what serves then')
    expectEqual(await positionsOf(store, [lease.name]), { [lease.name]: 9 }, 'the checkpoint')
  }),

  law('a promotion never goes back: promoting an older or the same generation changes nothing', async ({ store }) => {
    const first = await registerHandler(store, 1)
    const second = await registerHandler(store, 1, { name: first.name, generation: 2 })
    await right(store.promote(second))
    expectEqual((await right(store.promote(second))).serving, 2, 'the same again')
    expectEqual((await right(store.promote(first))).serving, 2, 'the older one')
  }),

  law(
    'a generation that is behind the serving one in any partition cannot take over until it has caught up',
    async ({ store }) => {
      const lease = await leaseWithDocuments(store, [view('a', 1)])
      expectEqual(
        await commit(store, { ...commitOf(lease, [view('a', 2)], 5), revision: 1 }),
        'committed',
        'the one that serves',
      )
      const next = await registerHandler(store, 2, { name: lease.name, generation: 2 })
      const { leases } = await sendHeartbeat(store, next, freshName('member'))
      const [first, second] = leases
      if (first === undefined || second === undefined) return fail('there are no leases')
      const reach = (of: Lease, revision: number, position: number) =>
        commit(store, { ...commitOf(of, [], position), revision })
      await reach(first, 0, 9)
      await reach(second, 0, 4)
      const blocked = await right(store.promote(next))
      expectEqual([blocked.serving, blocked.blockedBy], [1, 'behind'], 'what serves while one partition is behind')
      expectEqual(await positionsOf(store, [lease.name]), { [lease.name]: 5 }, 'the checkpoint')
      await reach(second, 1, 5)
      expectEqual((await right(store.promote(next))).serving, 2, 'what serves when none is')
      expectEqual(await positionsOf(store, [lease.name]), { [lease.name]: 5 }, 'the checkpoint then')
    },
  ),

  law('a generation with a parked event does not take over until it has none', async ({ store }) => {
    const serving = await leaseWithDocuments(store, [parked(1)])
    const next = await registerHandler(store, 1, { name: serving.name, generation: 2 })
    const lease = firstLease(await sendHeartbeat(store, next, freshName('member')))
    // The same holds beyond the checkpoint: events behind a parked one are missing from the views.
    await commit(store, commitOf(lease, [parked(2), view('a', 'new')], 9))
    const blocked = await right(store.promote(next))
    expectEqual(
      [blocked.serving, blocked.role, blocked.blockedBy],
      [1, 'building', 'parked'],
      'while an event is parked',
    )
    await commit(store, { ...commitOf(lease, [{ kind: 'parked', key: '2' }], 9), revision: 1 })
    const promoted = await right(store.promote(next))
    expectEqual([promoted.serving, promoted.role, promoted.blockedBy], [2, 'serving', null], 'when no event is parked')
  }),

  law('a generation never takes over in the midst of a commit that parks an event', async ({ store, other }) => {
    for (let i = 0; i < 20; i++) {
      const serving = await leaseWithDocuments(store, [])
      const next = await registerHandler(store, 1, { name: serving.name, generation: 2 })
      const lease = firstLease(await sendHeartbeat(store, next, freshName('member')))
      const [before, outcome, after] = await Promise.all([
        right(other.promote(next)),
        commit(store, commitOf(lease, [parked(serving.position)], serving.position)),
        right(store.promote(next)),
      ])
      expectEqual(outcome, 'committed', 'the commit')
      expectEqual([before.serving, after.serving], [1, 1], 'the serving generation during the commit')
    }
  }),

  law(
    'a generation that served is kept and frozen: no member works on it, and nothing of it changes',
    async ({ store }) => {
      const old = await leaseWithDocuments(store, [view('a', 'old')])
      const { next } = await takenOver(store, old)
      const [kept] = await rolesOf(store, old.name)
      expectEqual(kept, [1, 'previous'], 'the generation that served')
      expectEqual(await commit(store, commitOf(old, [view('a', 'late')])), 'fenced', 'a commit of its former owner')
      for (let i = 0; i < 2; i++)
        expectEqual((await sendHeartbeat(store, old, freshName('member'))).leases, [], 'leases of it')
      expectEqual(await viewsOf(store, old), { a: 'old' }, 'its views')
      for (let i = 0; i < 2; i++) await appendOne(store)
      const status = (await right(store.handlerStatuses)).filter(({ name }) => name === old.name)
      expectEqual(
        status.map(({ partitions }) => partitions.some(({ waitingSince }) => waitingSince !== null)),
        [false, true],
        'whether events wait for it, and for the serving one',
      )
      expectEqual((await right(store.promote(old))).serving, next.generation, 'what serves when it is promoted')
    },
  ),
])
