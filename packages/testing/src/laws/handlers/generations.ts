import type { DocumentChange, HandlerRef, Lease } from '@foldlog/core/store'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { left, right } from '../fixtures.ts'
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
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const parked = (position: number): DocumentChange => ({ kind: 'parked', key: `${position}`, data: { position } })

/** Creates a second generation that has taken over from the first at the same position, and returns its lease. */
const takenOver = async (store: CompleteHandlerStore, first: Lease) => {
  const next = await registerHandler(store, 1, { name: first.name, generation: 2 })
  const lease = firstLease(await sendHeartbeat(store, next, freshName('member')))
  await commit(store, commitOf(lease, [], first.position))
  expectEqual((await right(store.promote(next))).serving, 2, 'what serves')
  return { next, lease: { ...lease, position: first.position, revision: 1 } }
}

/** The generations of a handler and their roles, as both lists have them. */
const rolesOf = async (store: CompleteHandlerStore, name: string) => {
  const rolesIn = (all: ReadonlyArray<HandlerRef & { readonly role: string }>) =>
    all.filter((one) => one.name === name).map(({ generation, role }) => [generation, role])
  const roles = rolesIn(await right(store.generations))
  expectEqual(rolesIn(await right(store.handlerStatuses)), roles, 'the roles in the status')
  return roles
}

export const generations = groupOf('generations', [
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
      { ...next, partitions: 2, start: 0, serving: 2, role: 'serving', blockedBy: null },
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
      expectEqual([before.serving, after.serving], [1, 1], 'what serves beside the commit')
    }
  }),

  law(
    'a generation that served is kept and frozen: no member works on it, and nothing of it changes',
    async ({ store }) => {
      const old = await leaseWithDocuments(store, [view('a', 'old')])
      const { next } = await takenOver(store, old)
      const [kept] = await rolesOf(store, old.name)
      expectEqual(kept, [1, 'previous'], 'the generation that served')
      expectEqual(await commit(store, commitOf(old, [view('a', 'late')])), 'fenced', 'a commit of who worked on it')
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

  law('a generation that served serves again when it is rolled back to and has caught up', async ({ store }) => {
    const old = await leaseWithDocuments(store, [view('a', 'old'), parked(1)])
    const { next, lease } = await takenOver(store, old)
    await commit(store, commitOf(lease, [view('a', 'new')], 9))
    for (let i = 0; i < 2; i++) {
      const asked = await right(store.rollBack(old))
      expectEqual([asked.serving, asked.role], [2, 'returning'], 'the answer to a rollback')
    }
    const blocked = await right(store.promote(old))
    expectEqual([blocked.serving, blocked.blockedBy], [2, 'behind'], 'what serves before it has caught up')
    const again = firstLease(await sendHeartbeat(store, old, freshName('member')))
    expectEqual([again.position, again.revision], [old.position, old.revision], 'where it goes on')
    await right(store.rollBack(old))
    expectEqual(await commit(store, commitOf(again, [view('a', 'again')], 9)), 'committed', 'its work')
    // The generation has a parked event, as it had when it served.
    const promoted = await right(store.promote(old))
    expectEqual([promoted.serving, promoted.role, promoted.blockedBy], [1, 'serving', null], 'what serves then')
    expectEqual(
      await rolesOf(store, old.name),
      [
        [1, 'serving'],
        [2, 'previous'],
      ],
      'the roles then',
    )
    const page = await right(store.listDocuments({ name: old.name, kind: 'view' }))
    expectEqual([page.generation, page.position, page.documents[0]?.data], [1, 9, 'again'], 'what queries read')
    expectEqual((await right(store.promote(next))).serving, 1, 'what serves when the other is promoted')
    expectEqual(
      await commit(store, { ...commitOf(lease, [], 10), revision: 1 }),
      'fenced',
      'a commit of who worked on it',
    )
    await right(store.rollBack(next))
    expectEqual((await right(store.promote(next))).serving, 2, 'what serves when they swap once more')
  }),

  law('a generation that is rolled back to is frozen again when the rollback is cancelled', async ({ store }) => {
    const old = await leaseWithDocuments(store, [])
    const { next } = await takenOver(store, old)
    await right(store.rollBack(old))
    const again = firstLease(await sendHeartbeat(store, old, freshName('member')))
    for (let i = 0; i < 2; i++) expectEqual((await right(store.rollBack(next))).role, 'serving', 'the one that serves')
    expectEqual(
      await rolesOf(store, old.name),
      [
        [1, 'previous'],
        [2, 'serving'],
      ],
      'the roles',
    )
    expectEqual(await commit(store, commitOf(again, [])), 'fenced', 'a commit of who worked on it')
    expectEqual((await sendHeartbeat(store, old, freshName('member'))).leases, [], 'leases of it')
    expectEqual((await right(store.promote(old))).serving, 2, 'what serves')
  }),

  law('a generation under construction waits for a requested rollback', async ({ store }) => {
    const old = await leaseWithDocuments(store, [])
    const { lease } = await takenOver(store, old)
    const third = await registerHandler(store, 1, { name: old.name, generation: 3 })
    const young = firstLease(await sendHeartbeat(store, third, freshName('member')))
    await commit(store, commitOf(lease, [], 9))
    await commit(store, commitOf(young, [], 9))
    await right(store.rollBack(old))
    const blocked = await right(store.promote(third))
    expectEqual([blocked.serving, blocked.blockedBy], [2, 'rollback'], 'what serves before the rollback')
    await commit(store, commitOf(firstLease(await sendHeartbeat(store, old, freshName('member'))), [], 9))
    expectEqual((await right(store.promote(old))).serving, 1, 'what serves after it')
    expectEqual((await right(store.promote(third))).serving, 3, 'what serves when the build takes over')
    const roles = [
      [1, 'previous'],
      [2, 'outdated'],
      [3, 'serving'],
    ]
    expectEqual(await rolesOf(store, old.name), roles, 'the roles')
  }),

  law('a generation older than the previous one is outdated: there is no rollback to it', async ({ store }) => {
    const { name } = await registerHandler(store, 1)
    for (const generation of [2, 3]) await right(store.promote(await registerHandler(store, 1, { name, generation })))
    const late = await registerHandler(store, 1, { name, generation: 1_000 })
    expectEqual(
      await rolesOf(store, name),
      [
        [1, 'outdated'],
        [2, 'previous'],
        [3, 'serving'],
        [1_000, 'building'],
      ],
      'the roles',
    )
    for (const generation of [1, 1_000]) {
      expectEqual(
        (await left(store.rollBack({ name, generation })))._tag,
        'InvalidInput',
        `a rollback to ${generation}`,
      )
    }
    expectEqual(
      (await right(store.promote({ name, generation: 1 }))).serving,
      3,
      'what serves when the outdated one is promoted',
    )
    await right(store.rollBack({ name, generation: 2 }))
    await right(store.retire({ name, generation: 2 }))
    expectEqual(
      (await left(store.rollBack({ name, generation: 2 })))._tag,
      'InvalidInput',
      'a rollback to what is retired',
    )
    expectEqual((await right(store.promote(late))).serving, 1_000, 'what serves when nothing blocks the build')
    expectEqual(
      (await left(store.rollBack({ name: freshName(), generation: 1 })))._tag,
      'InvalidInput',
      'an unknown handler',
    )
  }),

  law(
    'a generation takes over while both go on, and the position that queries read never goes back',
    async ({ store }) => {
      const of = await registerHandler(store, 1)
      const next = await registerHandler(store, 1, { name: of.name, generation: 2 })
      const old = firstLease(await sendHeartbeat(store, of, freshName('member')))
      const young = firstLease(await sendHeartbeat(store, next, freshName('member')))
      let [swapped, seen] = [false, 0]
      for (let i = 1; i <= 40 && !swapped; i++) {
        // Of three generations, the new one is behind twice.
        const reached = i % 3 === 0 ? i : i - 1
        const step = (lease: Lease, position: number) =>
          commit(store, { ...commitOf(lease, [], position), revision: i - 1 })
        const look = async () => {
          const { [of.name]: position = 0 } = await positionsOf(store, [of.name])
          return position
        }
        const [, , { serving }, ...looks] = await Promise.all([
          step(old, i),
          step(young, reached),
          right(store.promote(next)),
          look(),
          look(),
        ])
        swapped = serving === 2
        // Two concurrent reads may be answered in any order.
        expectTrue(Math.min(...looks) >= seen, `read at ${looks}, after ${seen}`)
        seen = Math.max(...looks, await look())
      }
      expectTrue(swapped, 'it has taken over')
    },
  ),

  law(
    'generations roll back and forth while both are worked on; the position that queries read never goes back, and no step is lost',
    async ({ store, other }) => {
      const of = await registerHandler(store, 1)
      const next = await registerHandler(store, 1, { name: of.name, generation: 2 })
      const [steps, swaps] = [60, 6]
      let over = false
      /**
       * Counts the steps of a generation in a document whenever it has a lease. The revision and the position remain
       * known.
       */
      const work = async (handle: CompleteHandlerStore, ref: HandlerRef): Promise<void> => {
        while (!over) {
          const member = freshName('member')
          const lease = (await sendHeartbeat(handle, ref, member)).leases[0]
          for (let { position, revision } = lease ?? { position: steps, revision: 0 }; position < steps; revision++) {
            position++
            const change = view('n', position)
            if (lease === undefined) break
            if ((await commit(handle, { ...lease, position, revision, changes: [change] })) === 'fenced') break
          }
          if (lease !== undefined) await right(handle.release([lease]))
          await sendHeartbeat(handle, ref, member, { capacity: 0 })
        }
      }
      let seen = 0
      const look = async (): Promise<void> => {
        while (!over) {
          const page = await right(other.listDocuments({ name: of.name, kind: 'view' }))
          expectTrue(page.position >= seen, `read at ${page.position}, after ${seen}`)
          expectEqual(page.documents[0]?.data ?? 0, page.position, 'the steps of the view that is read')
          seen = page.position
        }
      }
      const swap = async (): Promise<void> => {
        try {
          await right(store.promote(next))
          for (let done = 0; done < swaps; ) {
            const known = (await right(store.generations)).filter(({ name }) => name === of.name)
            const returns = known.find(({ role }) => role !== 'serving')
            if (returns === undefined) return fail('there is one generation only')
            if (returns.role === 'previous') await right(store.rollBack(returns))
            const { serving } = await right(store.promote(returns))
            if (serving === returns.generation) done++
          }
        } finally {
          over = true
        }
      }
      const working = [work(store, of), work(other, of), work(store, next), work(other, next), look()]
      await swap().finally(() => Promise.all(working))
    },
  ),

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
