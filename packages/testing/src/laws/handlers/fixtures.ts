import type { Appended, HistoryId, Json } from '@foldlog/core'
import type {
  CommitOutcome,
  DocumentChange,
  EventAnchor,
  HandlerCommit,
  HandlerRef,
  Heartbeat,
  HeartbeatAnswer,
  Lease,
  SetBack,
} from '@foldlog/core/store'
import type { taskEither as TE } from 'fp-ts'
import { fail } from '../../internal/expectations.ts'
import { freshId, freshStream, left, newEvent, right, type Until } from '../fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'

/** Returns the tag of the error of a task. */
export const errorTag = async (task: TE.TaskEither<unknown, unknown>): Promise<unknown> =>
  Reflect.get(Object(await left(task)), '_tag')

export const freshName = (what = 'handler'): string => `${what} ${freshId()}`

/** A lease time that outlives every law. */
export const hour = 3_600_000

export const heartbeatOf = (of: HandlerRef, member: string, more: Partial<Heartbeat> = {}): Heartbeat => ({
  name: of.name,
  generation: of.generation,
  member,
  leaseTime: hour,
  capacity: 1_024,
  report: null,
  ...more,
})

/** Sends one heartbeat and returns its answer. */
export const sendHeartbeat = async (
  store: CompleteHandlerStore,
  of: HandlerRef,
  member: string,
  more: Partial<Heartbeat> = {},
): Promise<HeartbeatAnswer> => {
  const [answer] = await right(store.heartbeat([heartbeatOf(of, member, more)]))
  return answer ?? fail('a heartbeat had no answer')
}

/** Registers a new handler, in generation 1 by default. */
export const registerHandler = async (
  store: CompleteHandlerStore,
  partitions: number,
  { generation = 1, start = 0, name = freshName() } = {},
): Promise<HandlerRef> => {
  await right(store.register({ name, generation, partitions, start }))
  return { name, generation }
}

/** Returns the first lease of the answer. */
export const firstLease = ({ leases }: HeartbeatAnswer): Lease => leases[0] ?? fail('a member has no lease')

/** Creates a handler of one partition, and returns its lease. */
export const registerAndLease = async (store: CompleteHandlerStore): Promise<Lease> =>
  firstLease(await sendHeartbeat(store, await registerHandler(store, 1), freshName('member')))

export const commitOf = (
  lease: Lease,
  changes: ReadonlyArray<DocumentChange>,
  position = lease.position + 1,
): HandlerCommit => ({ ...lease, position, changes })

/** A commit of a lease, made from events up to its position in a history. */
export const withReach = (history: HistoryId, work: HandlerCommit): HandlerCommit => ({
  ...work,
  sourcePosition: { position: work.position, history },
})

export const commit = async (store: CompleteHandlerStore, work: HandlerCommit): Promise<CommitOutcome> => {
  const [outcome] = await right(store.commit([work]))
  return outcome ?? fail('a commit had no outcome')
}

export const view = (key: string, data: Json = { key }): DocumentChange => ({ kind: 'view', key, data })

/** Creates a leased handler with these documents. Returns the lease after the commit. */
export const leaseWithDocuments = async (
  store: CompleteHandlerStore,
  changes: ReadonlyArray<DocumentChange>,
): Promise<Lease> => {
  const lease = await registerAndLease(store)
  const outcome = await commit(store, commitOf(lease, changes))
  if (outcome !== 'committed') fail(`the first commit was ${outcome}`)
  return { ...lease, revision: lease.revision + 1, position: lease.position + 1 }
}

/** The views of a handler: their keys and data. */
export const viewsOf = async (
  store: CompleteHandlerStore,
  { name, generation }: HandlerRef,
): Promise<Record<string, Json>> => {
  const { documents } = await right(store.listDocuments({ name, generation, kind: 'view' }))
  return Object.fromEntries(documents.map(({ key, data }) => [key, data]))
}

/** Appends `count` events to a new stream. */
export const appendMany = async (store: CompleteHandlerStore, count: number): Promise<Appended> => {
  const events = Array.from({ length: count }, () => newEvent(null))
  return right(store.append({ stream: freshStream(), expected: 'any', events }))
}

export const appendOne = async (store: CompleteHandlerStore): Promise<number> =>
  (await appendMany(store, 1)).positions[0] ?? fail('an append gave no position')

/** A generation to reset, with the current state of its partitions. */
export const setBackOf = async (store: CompleteHandlerStore, of: HandlerRef, position: number): Promise<SetBack> => {
  const all = await right(store.handlerStatuses)
  const partitions = all
    .filter(({ name, generation }) => name === of.name && generation === of.generation)
    .flatMap(({ generation, partitions }) =>
      partitions.map(({ partition, epoch, revision }) => ({ generation, partition, epoch, revision })),
    )
  return { name: of.name, position, partitions }
}

/** Resets a generation that no other caller changes. Returns how far it was. */
export const resetCheckpoints = async (
  store: CompleteHandlerStore,
  of: HandlerRef,
  position: number,
): Promise<number> => {
  const furthest = await right(store.resetCheckpoints(await setBackOf(store, of, position)))
  return furthest === 'changed' ? fail('a generation has changed although no member works on it') : furthest
}

/** The checkpoints of handlers, by name. */
export const positionsOf = async (store: CompleteHandlerStore, names: ReadonlyArray<string>) =>
  (await right(store.checkpoints(names))).positions

/** The last position that commits of the laws use: a commit beyond the end of the log is not written. */
export const maxCommitPosition = 2_000

/** Appends enough events for a commit to use any position up to {@link maxCommitPosition}. */
export const fillLog = async (store: CompleteHandlerStore): Promise<void> => {
  const missing = maxCommitPosition - (await right(store.settledPosition))
  if (missing > 0) await appendMany(store, missing)
}

/** The last event at or before a position in the log. */
export const anchorAt = async (store: CompleteHandlerStore, position: number): Promise<EventAnchor | null> => {
  const { events } = await right(store.readLog({ count: 10_000 }))
  const last = events.findLast((event) => event.position <= position)
  return last === undefined ? null : { position: last.position, id: last.id }
}

/** A member whose leases have expired: it took what it could for one millisecond. */
export const expiredMember = async (
  store: CompleteHandlerStore,
  of: HandlerRef,
  until: Until,
): Promise<HeartbeatAnswer & { member: string }> => {
  const member = freshName('member')
  const answer = await sendHeartbeat(store, of, member, { leaseTime: 1 })
  await until('a lease has run out', async () => {
    const all = await right(store.handlerStatuses)
    return all.every(({ name, partitions }) => name !== of.name || partitions.every(({ holder }) => holder !== member))
  })
  return { ...answer, member }
}
