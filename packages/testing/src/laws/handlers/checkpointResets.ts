import type { DocumentChange, DocumentKind, HandlerRef, Lease } from '@foldlog/core/store'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { left, right, untyped } from '../fixtures.ts'
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
  setBackOf,
  view,
  viewsOf,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const parkedAt = (position: number): DocumentChange => ({ kind: 'parked', key: `${position}`, data: { position } })

const doneTo = (position: number): DocumentChange => ({
  kind: 'gaps',
  key: `${position}`,
  data: { doneTo: position, unfinished: [] },
})

/** The leases of a member after a heartbeat. */
const takenPartitions = async (
  store: CompleteHandlerStore,
  of: HandlerRef,
  member = freshName('member'),
): Promise<ReadonlyArray<Lease>> => (await sendHeartbeat(store, of, member)).leases

/**
 * Creates a handler whose partitions are at these positions. Returns the leases under which they got there, in their
 * current state.
 */
const handledUpTo = async (
  store: CompleteHandlerStore,
  positions: ReadonlyArray<number>,
  changes: ReadonlyArray<DocumentChange> = [],
): Promise<{ readonly of: HandlerRef; readonly member: string; readonly leases: ReadonlyArray<Lease> }> => {
  const of = await registerHandler(store, positions.length)
  const member = freshName('member')
  const { leases } = await sendHeartbeat(store, of, member)
  const works = leases.map((lease, i) => commitOf(lease, i === 0 ? changes : [], positions[lease.partition]))
  expectEqual(
    await right(store.commit(works)),
    positions.map(() => 'committed'),
    'the first commits',
  )
  return { of, member, leases: await takenPartitions(store, of, member) }
}

const checkpointsOf = (leases: ReadonlyArray<Lease>) =>
  [...leases].sort((a, b) => a.partition - b.partition).map(({ position, anchor }) => ({ position, anchor }))

/** The roles of all generations of a handler, in order. */
const rolesOf = async (store: CompleteHandlerStore, name: string) =>
  (await right(store.generations)).filter((one) => one.name === name).map(({ role }) => role)

/** The keys of all documents of these kinds. */
const keysOf = async (
  store: CompleteHandlerStore,
  { name, generation }: HandlerRef,
  kinds: ReadonlyArray<DocumentKind>,
) =>
  Promise.all(
    kinds.map(async (kind) => {
      const { documents } = await right(store.listDocuments({ name, generation, kind }))
      return [kind, documents.map(({ key }) => key)] as const
    }),
  )

export const checkpointResets = groupOf('checkpoint resets', [
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

  law('a reset deletes stops, notes of work ahead, and events parked behind the position', async ({ store }) => {
    const kinds = ['stop', 'gaps', 'parked', 'process', 'timer', 'command', 'view'] as const
    const others = kinds.filter((kind) => kind !== 'parked').map((kind) => ({ kind, key: 'a', data: { position: 9 } }))
    const notes = [doneTo(7), doneTo(8)]
    const { of } = await handledUpTo(store, [10], [...others, ...notes, parkedAt(5), parkedAt(7), parkedAt(8)])
    await resetCheckpoints(store, of, 7)
    const left: Partial<Record<DocumentKind, ReadonlyArray<string>>> = { stop: [], gaps: ['7'], parked: ['5', '7'] }
    const expected = kinds.map((kind) => [kind, left[kind] ?? ['a']])
    expectEqual(await keysOf(store, of, kinds), expected, 'the documents')
    const [status] = (await right(store.handlerStatuses)).filter(({ name }) => name === of.name)
    expectEqual([status?.stops, status?.parked], [[], 2], 'stops and parked events in the status')
  }),

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

  law('a reset comes before or after a commit, never in its midst', async ({ store, other }) => {
    for (let i = 0; i < 20; i++) {
      const { of, member, leases } = await handledUpTo(store, [3, 3])
      const asked = await setBackOf(store, of, 2)
      const works = leases.map((lease) => commitOf(lease, [view(`${lease.partition}`)], 10))
      const commits = () => right(store.commit(works))
      const setsBack = () => right(other.resetCheckpoints(asked))
      // A store that handles one request after another gets both orders.
      const [outcomes, set] =
        i % 2 === 0
          ? await Promise.all([commits(), setsBack()])
          : (await Promise.all([setsBack(), commits()])).toReversed()
      if (!Array.isArray(outcomes)) return fail('commits have no outcomes')
      expectTrue(new Set(outcomes).size === 1, `both commits of one call come before or after: ${outcomes}`)
      const written = outcomes[0] === 'committed'
      expectEqual(set, written ? 'changed' : 3, `what it says beside commits that are ${outcomes[0]}`)
      const positions = checkpointsOf(await takenPartitions(store, of, member)).map(({ position }) => position)
      expectEqual(positions, written ? [10, 10] : [2, 2], `the checkpoints, of commits that are ${outcomes[0]}`)
    }
  }),

  law(
    'a reset changes nothing when a partition has changed since the position was computed',
    async ({ store, other }) => {
      const stop: DocumentChange = { kind: 'stop', key: '0', data: {} }
      const { of, member, leases } = await handledUpTo(store, [3, 10], [stop])
      const first = await setBackOf(store, of, 7)
      const [lease = fail('there is no lease')] = leases
      expectEqual(await commit(store, commitOf(lease, [parkedAt(4)], 4)), 'committed', 'a commit meanwhile')
      expectEqual(await right(store.resetCheckpoints(first)), 'changed', 'what it says after a commit')
      const second = await setBackOf(store, of, 7)
      const [one, ...others] = second.partitions
      const next = await registerHandler(store, 1, { name: of.name, generation: 2 })
      const unlike = [
        { ...second, partitions: others },
        { ...second, partitions: second.partitions.map((partition) => ({ ...partition, generation: 3 })) },
        { ...second, partitions: [...second.partitions, { generation: 2, partition: 0, epoch: 0, revision: 1 }] },
        { ...second, partitions: [{ ...(one ?? fail('there is no partition')), revision: 0 }, ...others] },
      ]
      for (const asked of unlike)
        expectEqual(await right(store.resetCheckpoints(asked)), 'changed', 'what it says of other partitions')
      expectEqual(
        await keysOf(store, of, ['stop', 'parked']),
        [
          ['stop', ['0']],
          ['parked', ['4']],
        ],
        'the documents',
      )
      expectEqual(
        (await takenPartitions(store, of, member)).map(({ position, epoch }) => [position, epoch]),
        leases.map(({ position, epoch }, i) => [i === 0 ? 4 : position, epoch]),
        'the leases',
      )
      expectEqual(await right(store.resetCheckpoints(second)), 10, 'how far it was')
      const counts = (await right(store.generations)).filter(({ name }) => name === of.name)
      expectEqual(
        counts.map(({ checkpointResets }) => checkpointResets),
        [1, 0],
        'how often the generations were set back',
      )
      // The partition continues, and passes the position again.
      for (const again of await takenPartitions(store, of, member)) await commit(store, commitOf(again, [], 9))
      expectEqual(await right(other.resetCheckpoints(second)), 'changed', 'what it says the second time')
      expectEqual(await positionsOf(store, [of.name]), { [of.name]: 9 }, 'where it goes on')
      expectEqual(
        await commit(store, commitOf(firstLease(await sendHeartbeat(store, next, freshName('member'))), [])),
        'committed',
        'work',
      )
    },
  ),

  law('two equal resets at the same moment take effect once', async ({ store, other }) => {
    for (let i = 0; i < 20; i++) {
      const { of, member, leases } = await handledUpTo(store, [3, 10])
      const asked = await setBackOf(store, of, 7)
      const outcomes = await Promise.all([store, other, store, other].map((one) => right(one.resetCheckpoints(asked))))
      expectEqual(
        outcomes.toSorted().map((one) => `${one}`),
        ['10', 'changed', 'changed', 'changed'],
        'what they say',
      )
      const now = await takenPartitions(store, of, member)
      expectEqual(
        now.map(({ position, revision }) => [position, revision]),
        leases.map(({ position, revision }) => [Math.min(7, position), revision]),
        'where the partitions are',
      )
    }
  }),

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
