import type { DocumentChange, DocumentKind, HandlerRef, Lease } from '@foldlog/core'
import { fail, holds, same } from '../internal/expectation.ts'
import {
  anchorAt,
  beat,
  commit,
  commitOf,
  freshName,
  handlerOf,
  leaseOf,
  left,
  positionsOf,
  right,
  untyped,
  view,
  viewsOf,
} from './given.ts'
import { groupOf, law, type Subject } from './HandlerLaw.ts'

const parkedAt = (position: number): DocumentChange => ({ kind: 'parked', key: `${position}`, data: { position } })

const doneTo = (position: number): DocumentChange => ({
  kind: 'ahead',
  key: `${position}`,
  data: { doneTo: position, undone: [] },
})

/** The leases that a member has after a heartbeat. */
const taken = async (store: Subject, of: HandlerRef, member = freshName('member')): Promise<ReadonlyArray<Lease>> =>
  (await beat(store, of, member)).leases

/**
 * A handler whose partitions are at these positions. Returns the leases under which they got there, as they are now.
 */
const handledUpTo = async (
  store: Subject,
  positions: ReadonlyArray<number>,
  changes: ReadonlyArray<DocumentChange> = [],
): Promise<{ readonly of: HandlerRef; readonly member: string; readonly leases: ReadonlyArray<Lease> }> => {
  const of = await handlerOf(store, positions.length)
  const member = freshName('member')
  const { leases } = await beat(store, of, member)
  const works = leases.map((lease, i) => commitOf(lease, i === 0 ? changes : [], positions[lease.partition]))
  same(
    await right(store.commit(works)),
    positions.map(() => 'committed'),
    'the first commits',
  )
  return { of, member, leases: await taken(store, of, member) }
}

const checkpointsOf = (leases: ReadonlyArray<Lease>) =>
  [...leases].sort((a, b) => a.partition - b.partition).map(({ position, anchor }) => ({ position, anchor }))

/** The keys of all documents of these kinds. */
const keysOf = async (store: Subject, { name, generation }: HandlerRef, kinds: ReadonlyArray<DocumentKind>) =>
  Promise.all(
    kinds.map(async (kind) => {
      const { documents } = await right(store.listDocuments({ name, generation, kind }))
      return [kind, documents.map(({ key }) => key)] as const
    }),
  )

export const setBacks = groupOf('set back', [
  law('moves the partitions that are beyond the position, and says how far they were', async (store, { other }) => {
    const { of, member } = await handledUpTo(store, [3, 7, 10], [view('a', 'kept')])
    same(await right(other.setBack(of, 7)), 10, 'how far the furthest was')
    const [three, seven] = [await anchorAt(store, 3), await anchorAt(store, 7)]
    const expected = [three, seven, seven].map((anchor) => ({ position: anchor?.position ?? -1, anchor }))
    same(checkpointsOf(await taken(store, of, member)), expected, 'the checkpoints')
    same(await positionsOf(store, [of.name]), { [of.name]: 3 }, 'the lowest checkpoint')
    same(await viewsOf(store, of), { a: 'kept' }, 'the views')
    same(await right(store.setBack(of, 8)), 7, 'how far it is when it is set back beyond where it is')
    same(await right(store.setBack(of, 0)), 7, 'how far it is when it is set back to the beginning')
    const [none] = checkpointsOf(await taken(store, of, member))
    same(none, { position: 0, anchor: null }, 'a checkpoint at the beginning')
  }),

  law('ends every lease and fences the work under it, moved or not', async (store) => {
    const { of, member, leases } = await handledUpTo(store, [3, 10])
    await right(store.setBack(of, 7))
    for (const lease of leases) {
      const late = commitOf(lease, [view('late')])
      same(await commit(store, late), 'fenced', `work on partition ${lease.partition}`)
      const again = { ...commitOf(lease, [], lease.position), revision: lease.revision - 1 }
      same(await commit(store, again), 'fenced', `the last work on partition ${lease.partition}, sent again`)
    }
    const now = await taken(store, of, member)
    same(now.length, 2, 'how many partitions are free')
    for (const lease of now) {
      const before = leases.find(({ partition }) => partition === lease.partition) ?? fail('a partition is new')
      holds(lease.epoch > before.epoch, `the epoch of partition ${lease.partition} has risen`)
      same(await commit(store, commitOf(lease, [view(`${lease.partition}`, 1)])), 'committed', 'work that goes on')
    }
    same(await viewsOf(store, of), { 0: 1, 1: 1 }, 'the views')
    same(await positionsOf(store, [of.name]), { [of.name]: 4 }, 'where it goes on')
  }),

  law('forgets stops, what is noted ahead, and what is parked behind the position', async (store) => {
    const kinds = ['stop', 'ahead', 'parked', 'process', 'timer', 'command', 'view'] as const
    const others = kinds.filter((kind) => kind !== 'parked').map((kind) => ({ kind, key: 'a', data: { position: 9 } }))
    const notes = [doneTo(7), doneTo(8)]
    const { of } = await handledUpTo(store, [10], [...others, ...notes, parkedAt(5), parkedAt(7), parkedAt(8)])
    await right(store.setBack(of, 7))
    const left: Partial<Record<DocumentKind, ReadonlyArray<string>>> = { stop: [], ahead: ['7'], parked: ['5', '7'] }
    const expected = kinds.map((kind) => [kind, left[kind] ?? ['a']])
    same(await keysOf(store, of, kinds), expected, 'the documents')
    const [status] = (await right(store.handlers)).filter(({ name }) => name === of.name)
    same([status?.stops, status?.parked], [[], 2], 'stops and parked events in the status')
  }),

  law('is of one generation of one handler', async (store) => {
    const stop: DocumentChange = { kind: 'stop', key: '0', data: {} }
    const [{ of }, beside] = [await handledUpTo(store, [10]), await handledUpTo(store, [10], [stop])]
    const next = await handlerOf(store, 1, { name: of.name, generation: 2 })
    const lease = leaseOf(await beat(store, next, freshName('member')))
    same(await commit(store, commitOf(lease, [stop], 9)), 'committed', 'the commit of the other generation')
    await right(store.setBack(of, 7))
    const positions = await right(store.generations)
    const told = positions.filter(({ name }) => name === of.name || name === beside.of.name)
    const expected = [
      [of.name, 1, 7],
      [of.name, 2, 9],
      [beside.of.name, 1, 10],
    ].sort(([a = ''], [b = '']) => (a < b ? -1 : a > b ? 1 : 0))
    same(
      told.map(({ name, generation, position }) => [name, generation, position]),
      expected,
      'where they are',
    )
    for (const one of [next, beside.of]) same(await keysOf(store, one, ['stop']), [['stop', ['0']]], 'its stop')
    same(await commit(store, { ...commitOf(lease, [], 10), revision: 1 }), 'committed', 'work on the other generation')
    const [kept = fail('there is no lease')] = beside.leases
    same(await commit(store, commitOf(kept, [])), 'committed', 'work on the other handler')
  }),

  law('leaves a generation that is frozen frozen, and one that is open open', async (store) => {
    const { of: old } = await handledUpTo(store, [10])
    const next = await handlerOf(store, 1, { name: old.name, generation: 2 })
    const lease = leaseOf(await beat(store, next, freshName('member')))
    await commit(store, commitOf(lease, [], 10))
    same((await right(store.promote(next))).serving, 2, 'what serves')
    same(await right(store.setBack(old, 7)), 10, 'how far the frozen one was')
    same(await taken(store, old), [], 'leases of the frozen one')

    const inline = await handlerOf(store, 2)
    same(await right(store.openInline(inline, ['nothing'])), true, 'that it is open')
    const head = await right(store.head)
    await right(store.setBack(inline, 7))
    same(await taken(store, inline), [], 'leases of the open one')
    holds(((await positionsOf(store, [inline.name]))[inline.name] ?? 0) >= head, 'its checkpoint is that of the log')
  }),

  law('comes before or after a commit, never in its midst', async (store, { other }) => {
    for (let i = 0; i < 20; i++) {
      const { of, member, leases } = await handledUpTo(store, [3, 3])
      const works = leases.map((lease) => commitOf(lease, [view(`${lease.partition}`)], 10))
      const [outcomes] = await Promise.all([right(store.commit(works)), right(other.setBack(of, 7))])
      holds(new Set(outcomes).size === 1, `both commits of one call come before or after: ${outcomes}`)
      const written = outcomes[0] === 'committed'
      const positions = checkpointsOf(await taken(store, of, member)).map(({ position }) => position)
      same(positions, written ? [7, 7] : [3, 3], `the checkpoints, of commits that are ${outcomes[0]}`)
    }
  }),

  law('is refused for what is not there, or is no position', async (store) => {
    const { of } = await handledUpTo(store, [10])
    const unknown: ReadonlyArray<HandlerRef> = [
      { ...of, generation: 2 },
      { name: freshName(), generation: 1 },
    ]
    for (const one of unknown) same((await left(store.setBack(one, 7)))._tag, 'InvalidInput', 'one that is not there')
    for (const bad of [-1, 0.5, 2 ** 53, '1', null, undefined, Number.NaN]) {
      same((await left(store.setBack(of, untyped(bad))))._tag, 'InvalidInput', `position ${bad}`)
    }
    for (const bad of [null, undefined, 7, {}, { name: '', generation: 1 }]) {
      same((await left(store.setBack(untyped(bad), 7)))._tag, 'InvalidInput', `handler ${JSON.stringify(bad)}`)
    }
    same(await positionsOf(store, [of.name]), { [of.name]: 10 }, 'the checkpoint')
  }),
])
