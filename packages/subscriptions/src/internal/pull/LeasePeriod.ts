import type { HistoryId, InvalidInput, LogPosition, LogRewound, RecordedEvent, StoreUnavailable } from '@foldlog/core'
import { type Lease, logRewound } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import type { RecentEvents } from '../history/RecentEvents.ts'
import { type VerifiableLog, verifyHistory } from '../history/rewindDetection.ts'
import { type AckTracker, makeAckTracker } from './AckTracker.ts'

/**
 * A lease of this process, and what was done under it. All of it is void once the lease is lost: later acknowledgements
 * do not count.
 */
export interface LeasePeriod {
  lease: Lease
  /** The history of the log from which the subscription reads. */
  history: HistoryId
  /** Whether the checkpoint, and what was pulled here before, are verified to belong to this log. */
  verified: boolean
  readonly acks: AckTracker
  /** The place of the last commit, when its result is unknown. */
  unanswered: LogPosition | undefined
  readTo: number
  /** Events that were read and not delivered yet, in reverse order: the next one is the last. */
  waiting: Array<RecordedEvent>
}

export const startPeriod = (lease: Lease, history: HistoryId): LeasePeriod => ({
  lease,
  history,
  verified: false,
  acks: makeAckTracker(lease.position),
  unanswered: undefined,
  readTo: lease.position,
  waiting: [],
})

type Verified = Promise<E.Either<InvalidInput | LogRewound | StoreUnavailable, void>>

/**
 * Verifies, before anything is read under a lease, that the checkpoint and what was acknowledged here before, up to a
 * place, belong to this log.
 */
export const verifyPeriod = async (
  store: VerifiableLog,
  { lease: { anchor, position }, history }: LeasePeriod,
  acknowledged: LogPosition,
  recent: RecentEvents,
): Verified => {
  if (anchor !== null) {
    const found = await runSafely(store.findEvents([anchor.id]))
    if (E.isLeft(found)) return found
    if (found.right[0]?.position !== anchor.position) return E.left(logRewound(position, null, history, null))
  }
  const went = acknowledged.position > position || (acknowledged.position > 0 && acknowledged.history !== history)
  return went ? verifyHistory(store, acknowledged, recent) : E.right(undefined)
}
