import type { HandlerRef, Lease } from '@foldlog/core/store'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { left, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  firstLease,
  freshName,
  leaseWithDocuments,
  positionsOf,
  registerHandler,
  sendHeartbeat,
  view,
} from './fixtures.ts'
import { parked, rolesOf, takenOver } from './generationFixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

export const rollbacks = groupOf('generations', [
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
      'a commit of its former owner',
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
    expectEqual(await commit(store, commitOf(again, [])), 'fenced', 'a commit of its former owner')
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
])
