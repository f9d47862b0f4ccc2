import { expectEqual, fail } from '../../internal/expectations.ts'
import { left, right, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  firstLease,
  freshName,
  positionsOf,
  registerHandler,
  resetCheckpoints,
  sendHeartbeat,
  setBackOf,
  view,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'
import { doneTo, handledUpTo } from './resetFixtures.ts'

/** The roles of all generations of a handler, in order. */
const rolesOf = async (store: CompleteHandlerStore, name: string) =>
  (await right(store.generations)).filter((one) => one.name === name).map(({ role }) => role)

export const resetLimits = groupOf('checkpoint resets', [
  law('after a reset there is no rollback to documents that were made from lost events', async ({ store }) => {
    for (const changes of [[], [doneTo(10)]]) {
      const { name } = await registerHandler(store, 1)
      const generations = [1, 2, 3].map((generation) => ({ name, generation }))
      const [former, serving, building] = generations
      if (former === undefined || serving === undefined || building === undefined) return fail('there are three')
      const position = changes.length > 0 ? 5 : 10
      for (const one of generations) {
        const lease = firstLease(await sendHeartbeat(store, await registerHandler(store, 1, one), freshName('member')))
        await commit(store, commitOf(lease, changes, one === building ? position - 1 : position))
        if (one === serving) expectEqual((await right(store.promote(serving))).serving, 2, 'what serves')
      }
      await right(store.rollBack(former))
      expectEqual(await rolesOf(store, name), ['returning', 'serving', 'building'], 'the roles before')
      // Three at once: a call that ends halfway would leave some of them.
      const partitions = (await Promise.all(generations.map((of) => setBackOf(store, of, 7)))).flatMap(
        (asked) => asked.partitions,
      )
      expectEqual(await right(store.resetCheckpoints({ name, position: 7, partitions })), position, 'how far they were')
      expectEqual(await rolesOf(store, name), ['outdated', 'serving', 'outdated'], 'the roles')
      for (const one of [former, building]) {
        expectEqual(
          (await left(store.rollBack(one)))._tag,
          'InvalidInput',
          `a rollback to generation ${one.generation}`,
        )
        expectEqual(
          (await right(store.promote(one))).serving,
          2,
          `what serves when generation ${one.generation} is promoted`,
        )
      }
      const sound = await registerHandler(store, 1, { name, generation: 4 })
      await commit(store, commitOf(firstLease(await sendHeartbeat(store, sound, freshName('member'))), [], 9))
      const promoted = await right(store.promote(sound))
      expectEqual([promoted.serving, promoted.blockedBy], [4, null], 'what serves when a new one is built')
      expectEqual(await rolesOf(store, name), ['outdated', 'outdated', 'outdated', 'serving'], 'the roles then')
      expectEqual((await left(store.rollBack(serving)))._tag, 'InvalidInput', 'a rollback to the one that served')
    }
    const { of: kept } = await handledUpTo(store, [5], [doneTo(7), view('a', 'kept')])
    const next = await registerHandler(store, 1, { name: kept.name, generation: 2 })
    await commit(store, commitOf(firstLease(await sendHeartbeat(store, next, freshName('member'))), [], 6))
    expectEqual((await right(store.promote(next))).serving, 2, 'what serves')
    expectEqual(await resetCheckpoints(store, kept, 7), 5, 'how far it was')
    expectEqual((await right(store.rollBack(kept))).role, 'returning', 'what was not made from lost events')
  }),

  law('a reset refuses an unknown handler, an invalid position and an invalid partition', async ({ store }) => {
    const { of } = await handledUpTo(store, [10])
    const asked = await setBackOf(store, of, 7)
    const [one] = asked.partitions
    const bad: ReadonlyArray<unknown> = [
      { ...asked, name: freshName() },
      ...[-1, 0.5, 2 ** 53, '1', null, undefined, Number.NaN].map((position) => ({ ...asked, position })),
      ...[null, undefined, 7, [], [null], [{}], [{ ...one, revision: -1 }], [{ ...one, epoch: '1' }]].map(
        (partitions) => ({ ...asked, partitions }),
      ),
      ...[null, undefined, 7, {}, { ...asked, name: '' }],
    ]
    for (const [i, wrong] of bad.entries()) {
      expectEqual((await left(store.resetCheckpoints(untyped(wrong))))._tag, 'InvalidInput', `input ${i}`)
    }
    expectEqual(await positionsOf(store, [of.name]), { [of.name]: 10 }, 'the checkpoint')
    expectEqual(await right(store.resetCheckpoints(asked)), 10, 'how far it was')
  }),
])
