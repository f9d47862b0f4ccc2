import type { DocumentChange, DocumentKind } from '@foldlog/core/store'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  anchorAt,
  commit,
  commitOf,
  firstLease,
  freshName,
  positionsOf,
  registerHandler,
  resetCheckpoints,
  sendHeartbeat,
  view,
  viewsOf,
} from './fixtures.ts'
import { law } from './handlerLaw.ts'
import { checkpointsOf, doneTo, handledUpTo, keysOf, parkedAt, takenPartitions } from './resetFixtures.ts'

export const resetEffects = groupOf('checkpoint resets', [
  law('a reset moves the partitions beyond the position, and reports how far they were', async ({ store, other }) => {
    const { of, member } = await handledUpTo(store, [3, 7, 10], [view('a', 'kept')])
    expectEqual(await resetCheckpoints(other, of, 7), 10, 'how far the furthest was')
    const [three, seven] = [await anchorAt(store, 3), await anchorAt(store, 7)]
    const expected = [three, seven, seven].map((anchor) => ({ position: anchor?.position ?? -1, anchor }))
    expectEqual(checkpointsOf(await takenPartitions(store, of, member)), expected, 'the checkpoints')
    expectEqual(await positionsOf(store, [of.name]), { [of.name]: 3 }, 'the lowest checkpoint')
    expectEqual(await viewsOf(store, of), { a: 'kept' }, 'the views')
    expectEqual(await resetCheckpoints(store, of, 8), 7, 'how far it is when it is set back beyond where it is')
    expectEqual(await resetCheckpoints(store, of, 0), 7, 'how far it is when it is set back to the beginning')
    const [none] = checkpointsOf(await takenPartitions(store, of, member))
    expectEqual(none, { position: 0, anchor: null }, 'a checkpoint at the beginning')
  }),

  law(
    'a reset ends every lease and fences the work under it, whether the partition moves or not',
    async ({ store }) => {
      const { of, member, leases } = await handledUpTo(store, [3, 10])
      await resetCheckpoints(store, of, 7)
      for (const lease of leases) {
        const late = commitOf(lease, [view('late')])
        expectEqual(await commit(store, late), 'fenced', `work on partition ${lease.partition}`)
        const again = { ...commitOf(lease, [], lease.position), revision: lease.revision - 1 }
        expectEqual(await commit(store, again), 'fenced', `the last work on partition ${lease.partition}, sent again`)
      }
      const now = await takenPartitions(store, of, member)
      expectEqual(now.length, 2, 'how many partitions are free')
      for (const lease of now) {
        const before = leases.find(({ partition }) => partition === lease.partition) ?? fail('a partition is new')
        expectTrue(lease.epoch > before.epoch, `the epoch of partition ${lease.partition} has risen`)
        expectEqual(
          await commit(store, commitOf(lease, [view(`${lease.partition}`, 1)])),
          'committed',
          'work that goes on',
        )
      }
      expectEqual(await viewsOf(store, of), { 0: 1, 1: 1 }, 'the views')
      expectEqual(await positionsOf(store, [of.name]), { [of.name]: 4 }, 'where it goes on')
    },
  ),

  law('a reset keeps parked inputs: no log has them', async ({ store }) => {
    const input = { kind: 'parked', key: 'timer', data: { position: 9, input: { _tag: 'timer' } } } as const
    const { of } = await handledUpTo(store, [10], [input, parkedAt(9)])
    await resetCheckpoints(store, of, 7)
    expectEqual(await keysOf(store, of, ['parked']), [['parked', ['timer']]], 'the parked documents')
  }),

  law(
    'a reset deletes stops, notes of work ahead and of attempts, and events parked behind the position',
    async ({ store }) => {
      const kinds = ['stop', 'attempts', 'gaps', 'parked', 'process', 'timer', 'command', 'view'] as const
      const others = kinds
        .filter((kind) => kind !== 'parked')
        .map((kind) => ({ kind, key: 'a', data: { position: 9 } }))
      const notes = [doneTo(7), doneTo(8)]
      const { of } = await handledUpTo(store, [10], [...others, ...notes, parkedAt(5), parkedAt(7), parkedAt(8)])
      await resetCheckpoints(store, of, 7)
      const left: Partial<Record<DocumentKind, ReadonlyArray<string>>> = {
        stop: [],
        attempts: [],
        gaps: ['7'],
        parked: ['5', '7'],
      }
      const expected = kinds.map((kind) => [kind, left[kind] ?? ['a']])
      expectEqual(await keysOf(store, of, kinds), expected, 'the documents')
      const [status] = (await right(store.handlerStatuses)).filter(({ name }) => name === of.name)
      expectEqual([status?.stops, status?.parked], [[], 2], 'stops and parked events in the status')
    },
  ),

  law('a reset concerns one generation of one handler', async ({ store }) => {
    const stop: DocumentChange = { kind: 'stop', key: '0', data: {} }
    const [{ of }, beside] = [await handledUpTo(store, [10]), await handledUpTo(store, [10], [stop])]
    const next = await registerHandler(store, 1, { name: of.name, generation: 2 })
    const lease = firstLease(await sendHeartbeat(store, next, freshName('member')))
    expectEqual(await commit(store, commitOf(lease, [stop], 9)), 'committed', 'the commit of the other generation')
    await resetCheckpoints(store, of, 7)
    const positions = await right(store.generations)
    const reported = positions.filter(({ name }) => name === of.name || name === beside.of.name)
    const expected = [
      [of.name, 1, 7],
      [of.name, 2, 9],
      [beside.of.name, 1, 10],
    ].sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0))
    expectEqual(
      reported.map(({ name, generation, position }) => [name, generation, position]),
      expected,
      'where they are',
    )
    for (const one of [next, beside.of]) expectEqual(await keysOf(store, one, ['stop']), [['stop', ['0']]], 'its stop')
    expectEqual(
      await commit(store, { ...commitOf(lease, [], 10), revision: 1 }),
      'committed',
      'work on the other generation',
    )
    const [kept = fail('there is no lease')] = beside.leases
    expectEqual(await commit(store, commitOf(kept, [])), 'committed', 'work on the other handler')
  }),

  law('a reset leaves a frozen generation frozen, and an open generation open', async ({ store }) => {
    const { of: old } = await handledUpTo(store, [10])
    const next = await registerHandler(store, 1, { name: old.name, generation: 2 })
    const lease = firstLease(await sendHeartbeat(store, next, freshName('member')))
    await commit(store, commitOf(lease, [], 10))
    expectEqual((await right(store.promote(next))).serving, 2, 'what serves')
    for (const position of [10, 7]) {
      expectEqual(await resetCheckpoints(store, old, position), 10, 'how far the frozen one was')
      expectEqual(await takenPartitions(store, old), [], 'leases of the frozen one')
    }

    const inline = await registerHandler(store, 2)
    expectEqual(await right(store.openInline(inline, ['nothing'])), true, 'that it is open')
    const head = await right(store.settledPosition)
    await resetCheckpoints(store, inline, 7)
    expectEqual(await takenPartitions(store, inline), [], 'leases of the open one')
    expectTrue(
      ((await positionsOf(store, [inline.name]))[inline.name] ?? 0) >= head,
      'its checkpoint is that of the log',
    )
  }),
])
