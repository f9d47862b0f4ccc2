import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { DocumentChange, HandlerCommit } from '@foldlog/core/store'
import type { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { emptyUnit, type StopRequest, type UnitOfWork } from '../handlers/HandlerWorker.ts'
import type { PartitionLog } from '../history/PartitionLog.ts'
import { storeAttempts, withoutRemoved } from './Attempts.ts'
import { block, blockAll } from './BlockedLanes.ts'
import { documentOf, storeGaps } from './CheckpointGaps.ts'
import { parkedChange } from './ParkedDocument.ts'
import type { StoppedHere } from './PartitionEnd.ts'
import { checkpointAt, type PartitionState } from './PartitionState.ts'
import { parkedInputChange } from './parkedInputs.ts'
import { stopChange } from './StopDocument.ts'

/** A unit of work, and the state of the partition after its commit, but for what the commit itself changes. */
export interface Transition {
  readonly unit: UnitOfWork
  readonly next: PartitionState
  /** What follows instead when the unit of work cannot be committed; absent: the handler stops. */
  readonly onCommitRejected?: (why: HandlerFailure) => Transition
  /** Called when the partition has the next state: after the commit, or at once when there is nothing to commit. */
  readonly onReached?: () => void
}

/** A unit of work of a partition that is no batch of events. The state does not change while it runs. */
export type Task = (state: PartitionState) => Promise<E.Either<InvalidInput | StoreUnavailable, Transition>>

/** A unit of work that changes no lane but those in which it parks events, or inputs of processes. */
export const transitionBy = (state: PartitionState, unit: UnitOfWork): Transition => ({
  unit,
  next: { ...state, blocked: blockAll(block(state.blocked, unit.parked), unit.parkedInputs ?? [], state.takenTo) },
  ...(unit.onRejected && { onCommitRejected: replacedBy(state, unit.onRejected) }),
})

const replacedBy =
  (state: PartitionState, onRejected: NonNullable<UnitOfWork['onRejected']>) =>
  (why: HandlerFailure): Transition =>
    transitionBy(state, onRejected(why))

export const unchanged = (state: PartitionState): Transition => ({ unit: emptyUnit, next: state })

export const stoppedBy = ({ lease }: PartitionState, stop: StopRequest): StoppedHere => ({
  _tag: 'StoppedHere',
  position: stop.event?.position ?? lease.position,
  stop,
})

/**
 * The commit of a transition, and the state after it. There is nothing to commit when no document and no checkpoint
 * changes.
 *
 * A commit is a contiguous prefix. The checkpoint is before the first event that is not handled, parked or skipped:
 * among the taken events, the first one that is retrying. The same commit stores which events beyond the checkpoint are
 * *not* handled (the gaps document), so that the others are not handled again. For a transactional handler, an effect
 * and the gaps document are one commit. A handler with effects of its own repeats what was not committed, as always.
 *
 * Nothing is lost: the next owner of the partition reads from the checkpoint on. It skips an event only when the gaps
 * document says that everything up to its position was taken and does not list the event as unfinished. Nothing is
 * reordered: events of a retrying lane queue in memory behind its first event, and all of them are in the gaps
 * document. So they are redelivered in log order, and no later event of the lane was begun.
 */
export const prepareCommit = (
  { unit, next: state }: Transition,
  log: Pick<PartitionLog, 'place' | 'lastUpTo'>,
  now: number,
  leaseTime: number,
): { readonly commit: HandlerCommit | undefined; readonly next: PartitionState } => {
  const { lease, takenTo: to } = state
  const { name, generation, partition, epoch, revision } = lease
  const { stop } = unit
  const isRewind = stop?.why._tag === 'HandlerRewound'
  // A checkpoint that does not move claims nothing about a log that went back.
  const position = isRewind ? lease.position : checkpointAt(state, to)
  const stopped = stop === undefined ? undefined : stoppedBy(state, stop)
  const gapsDocument = documentOf(state.gaps, log, position, to, state.retrying)
  const [gapsChanges, gaps] = storeGaps(state.gaps, partition, gapsDocument)
  const [attemptsChanges, attempts] = storeAttempts(withoutRemoved(state.attempts, unit.changes), partition, position)
  const changes: ReadonlyArray<DocumentChange> = [
    ...unit.changes,
    ...unit.parked.map((one) => parkedChange(partition, one, { attempts: 0, parkedAt: now })),
    ...(unit.parkedInputs ?? []).map((one) =>
      parkedInputChange(partition, one, { position: to, attempts: 1, parkedAt: now }),
    ),
    ...(stopped === undefined ? [] : [stopChange(partition, stopped, now, { leaseTime })]),
    ...gapsChanges,
    ...attemptsChanges,
  ]
  if (changes.length === 0 && unit.commitWith === undefined && position === lease.position) {
    return { commit: undefined, next: state }
  }
  // A stop because the log went back is not made from any event of the log, so it has no `sourcePosition`.
  const source = isRewind
    ? undefined
    : { sourcePosition: { position: Math.max(lease.position, to), history: log.place().history } }
  const committedTo = Math.max(state.committedTo, position)
  return {
    commit: { name, generation, partition, epoch, revision, position, changes, ...source },
    next: { ...state, lease: { ...lease, position, revision: revision + 1 }, committedTo, gaps, attempts, stopped },
  }
}
