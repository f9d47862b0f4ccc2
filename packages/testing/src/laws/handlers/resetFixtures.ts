import type { DocumentChange, DocumentKind, HandlerRef, Lease } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { commitOf, freshName, registerHandler, sendHeartbeat } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'

export const parkedAt = (position: number): DocumentChange => ({
  kind: 'parked',
  key: `${position}`,
  data: { position },
})

export const doneTo = (position: number): DocumentChange => ({
  kind: 'gaps',
  key: `${position}`,
  data: { doneTo: position, unfinished: [] },
})

/** The leases of a member after a heartbeat. */
export const takenPartitions = async (
  store: CompleteHandlerStore,
  of: HandlerRef,
  member = freshName('member'),
): Promise<ReadonlyArray<Lease>> => (await sendHeartbeat(store, of, member)).leases

/**
 * Creates a handler whose partitions are at these positions. Returns the leases under which they got there, in their
 * current state.
 */
export const handledUpTo = async (
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

export const checkpointsOf = (leases: ReadonlyArray<Lease>) =>
  [...leases].sort((a, b) => a.partition - b.partition).map(({ position, anchor }) => ({ position, anchor }))

/** The keys of all documents of these kinds. */
export const keysOf = async (
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
