import { expectEqual } from '../../internal/expectations.ts'
import { left, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  firstLease,
  freshName,
  leaseWithDocuments,
  registerHandler,
  sendHeartbeat,
  view,
  viewsOf,
} from './fixtures.ts'
import { law } from './handlerLaw.ts'

export const retirements = groupOf('generations', [
  law('an unknown generation cannot be promoted', async ({ store }) => {
    const { name } = await registerHandler(store, 1)
    expectEqual((await left(store.promote({ name, generation: 2 })))._tag, 'InvalidInput', 'an unknown generation')
    expectEqual(
      (await left(store.promote({ name: freshName(), generation: 1 })))._tag,
      'InvalidInput',
      'an unknown handler',
    )
  }),

  law('the serving generation cannot be retired', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [view('a', 1)])
    expectEqual((await left(store.retire(lease)))._tag, 'InvalidInput', 'the error')
    expectEqual(await viewsOf(store, lease), { a: 1 }, 'the views')
  }),

  law('a retired generation is forgotten, and the others stay', async ({ store }) => {
    const lease = await leaseWithDocuments(store, [view('a', 1)])
    const next = await registerHandler(store, 1, { name: lease.name, generation: 2 })
    const first = firstLease(await sendHeartbeat(store, next, freshName('member')))
    await commit(store, commitOf(first, [], lease.position))
    const held = { ...first, position: lease.position, revision: 1 }
    await right(store.promote(next))
    await right(store.retire(lease))
    const ref = { name: lease.name, generation: 1 }
    expectEqual(await viewsOf(store, ref), {}, 'the documents')
    expectEqual(await commit(store, commitOf(lease, [view('b', 1)])), 'fenced', 'a late commit')
    expectEqual((await sendHeartbeat(store, ref, freshName('member'))).leases, [], 'a late heartbeat')
    const status = (await right(store.handlerStatuses)).filter(({ name }) => name === lease.name)
    expectEqual(
      status.map(({ generation }) => generation),
      [2],
      'the generations that are left',
    )
    expectEqual(await commit(store, commitOf(held, [view('a', 2)])), 'committed', 'a commit of the one that stays')
  }),

  law('an unknown generation can be retired, even twice', async ({ store }) => {
    const { name } = await registerHandler(store, 1)
    await right(store.retire({ name, generation: 2 }))
    await right(store.retire({ name: freshName(), generation: 1 }))
    await registerHandler(store, 1, { name, generation: 2 })
    await right(store.retire({ name, generation: 2 }))
    await right(store.retire({ name, generation: 2 }))
  }),

  law(
    'a generation under a reused number is empty, and workers of the old one cannot write into it',
    async ({ store }) => {
      const { name } = await registerHandler(store, 1)
      const rebuild = await registerHandler(store, 1, { name, generation: 2 })
      const old = firstLease(await sendHeartbeat(store, rebuild, freshName('member')))
      await commit(store, commitOf(old, [view('a', 'old')]))
      await right(store.retire(rebuild))
      await registerHandler(store, 1, { name, generation: 2 })
      expectEqual(await viewsOf(store, rebuild), {}, 'the documents')
      const held = firstLease(await sendHeartbeat(store, rebuild, freshName('member')))
      expectEqual(await commit(store, commitOf(old, [view('a', 'late')])), 'fenced', 'a late commit')
      expectEqual([held.revision, held.position], [0, 0], 'where the new one begins')
      expectEqual(await commit(store, commitOf(held, [view('a', 'new')])), 'committed', 'a commit of the new one')
      expectEqual(await viewsOf(store, rebuild), { a: 'new' }, 'the documents then')
    },
  ),

  law('a generation with 12,000 documents is retired as a whole, even while it is worked on', async ({ store }) => {
    const { name } = await registerHandler(store, 1)
    const rebuild = await registerHandler(store, 1, { name, generation: 2 })
    const lease = firstLease(await sendHeartbeat(store, rebuild, freshName('member')))
    const changes = Array.from({ length: 12_000 }, (_, i) => view(`${i}`, i))
    await commit(store, commitOf(lease, changes))
    const [, ...outcomes] = await Promise.all([
      right(store.retire(rebuild)),
      ...[1, 2, 3].map((revision) => commit(store, { ...commitOf(lease, changes.slice(0, 100)), revision })),
      sendHeartbeat(store, rebuild, freshName('member')),
    ])
    expectEqual(outcomes.length, 4, 'how many ended')
    expectEqual(await viewsOf(store, rebuild), {}, 'the documents')
    await registerHandler(store, 1, { name, generation: 2 })
    expectEqual(await viewsOf(store, rebuild), {}, 'the documents of the one made anew')
  }),
])
