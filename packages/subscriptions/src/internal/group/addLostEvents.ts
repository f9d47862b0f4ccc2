import type { Clock, HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { type HandlerDocument, type Lease, Limits } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerRewound } from '../../HandlerRewound.ts'
import { HandlerStop, type RewoundStop } from '../../HandlerStop.ts'
import { runSafely } from '../async/runSafely.ts'
import type { HandledHistory } from '../history/HandledHistory.ts'
import { inOrder, type VerifiableLog, verifyAllHandled } from '../history/rewindDetection.ts'
import { leaseTimeOf, reportedOf, resumeAction, stopChange } from '../partition/StopDocument.ts'

/**
 * The result. `compared`: the store has all lost events that this process knows; `added` is the number of those that
 * are new in the store. `fenced`: the lease was lost before that.
 */
export type Added = { readonly _tag: 'compared'; readonly added: number } | { readonly _tag: 'fenced' }

/**
 * Maximum number of events in the stored stop of one partition: as many as ten processes remember that held it in turn.
 */
const mostStored = 10_000

const rewoundOf = (document: HandlerDocument): ReadonlyArray<RewoundStop> => {
  const rewound = HandlerStop.parse(document)?.rewound ?? null
  return document.requestedAction === resumeAction || rewound === null ? [] : [rewound]
}

/** One stop that has the facts of both. */
const joined = (own: HandlerRewound, stored: RewoundStop): HandlerRewound => {
  const known = [own.common, stored.common].flatMap((common) => (common === null ? [] : [common]))
  const common = known.length === 0 ? null : Math.min(...known)
  const lost = inOrder([...stored.lost, ...own.lost]).filter(({ position }) => position > (common ?? 0))
  return {
    ...own,
    position: Math.max(own.position, stored.position),
    history: own.history === null ? null : stored.history,
    common,
    lost: lost.slice(-mostStored),
  }
}

/**
 * Adds the lost events that this process has handled to the stored stop of a handler that was stopped because the log
 * went back: the process that has stopped the handler does not know them. The stop is written under a lease of any
 * partition, and that partition does no other work. The stop names the member too: `recoverRewound` may not see it in
 * the group between the end of its lease and this.
 */
export const addLostEvents = async (
  store: Pick<HandlerStore, 'listDocuments' | 'commit'> & VerifiableLog,
  clock: Clock,
  { name, generation, partition, epoch, revision, position }: Lease,
  handled: Pick<HandledHistory, 'places' | 'events'>,
  member: string,
): Promise<E.Either<InvalidInput | StoreUnavailable, Added>> => {
  const nothingToAdd = E.right({ _tag: 'compared', added: 0 } as const)
  // Read under the lease: the last owner can change nothing more.
  const stops = await runSafely(store.listDocuments({ name, generation, kind: 'stop', count: Limits.partitions }))
  if (E.isLeft(stops)) return stops
  const { documents } = stops.right
  const stored = documents.flatMap(rewoundOf)
  // The handler was resumed meanwhile.
  if (stored.length === 0) return nothingToAdd
  const found = await verifyAllHandled(store, handled.places(), handled.events())
  if (E.isLeft(found)) return found
  if (found.right === undefined) return nothingToAdd
  const known = new Set(stored.flatMap(({ lost }) => lost.map(({ id }) => id)))
  const added = found.right.lost.filter(({ id }) => !known.has(id)).length
  const own = documents.filter((document) => document.partition === partition)
  const [before] = own.flatMap(rewoundOf)
  const isNamed = documents.some((document) => reportedOf(document).includes(member))
  if (added === 0 && (isNamed || before === undefined)) return nothingToAdd
  const why = before === undefined ? found.right : joined(found.right, before)
  const reports = {
    leaseTime: Math.max(0, ...documents.map(leaseTimeOf)),
    reported: [...new Set([...own.flatMap(reportedOf), member])],
  }
  const changes = [stopChange(partition, { _tag: 'StoppedHere', position, stop: { why } }, clock(), reports)]
  const outcomes = await runSafely(store.commit([{ name, generation, partition, epoch, revision, position, changes }]))
  if (E.isLeft(outcomes)) return outcomes
  return E.right(outcomes.right[0] === 'committed' ? { _tag: 'compared', added } : { _tag: 'fenced' })
}
