import type {
  Clock,
  DocumentChange,
  HandlerCommit,
  HistoryId,
  InvalidInput,
  Lease,
  StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { HandlerRewound } from '../../HandlerRewound.ts'
import type { HandlerWorker, StopRequest, UnitOfWork } from '../handlers/HandlerWorker.ts'
import type { BlockedLanes } from './BlockedLanes.ts'
import type { CheckpointGaps } from './CheckpointGaps.ts'
import type { CommitBatcher } from './CommitBatcher.ts'
import type { PartitionEnd, StoppedHere } from './PartitionEnd.ts'
import type { PartitionLifecycle } from './PartitionLifecycle.ts'
import type { RetryingLanes } from './RetryingLanes.ts'
import { stopChange } from './StopDocument.ts'

/** A turn that was undone, because its own part of the commit failed. */
export interface CommitRejected {
  readonly _tag: 'CommitRejected'
  readonly why: HandlerFailure
}

/**
 * How a partition ended. `isLocal`: the ending is a stop that the store refuses to keep, so only this process knows of
 * it.
 */
export interface StoredEnd {
  readonly ending: PartitionEnd
  readonly isLocal: boolean
}

/** How far a partition is, and the commits that bring it on, one after another. */
export interface Checkpoint {
  /** The lease as it stands after the last commit. */
  readonly lease: () => Lease
  /** Everything up to here is done, and what it changed is committed. */
  readonly committedTo: () => number
  /** Everything up to here was taken: it is done, or held up. */
  readonly takenTo: () => number
  /** There was nothing to be done up to here. */
  readonly skipTo: (position: number) => void
  /** Milliseconds until an advance over what needed nothing is to be committed, if there is one. */
  readonly nextIdleCommitIn: (position: number) => number | undefined
  /**
   * Commits a turn, with a stop that it brings, when everything up to `to` was taken; what comes back is why the partition ends, or why the turn failed, if so.
   */
  readonly commit: (unit: UnitOfWork, to: number) => Promise<PartitionEnd | CommitRejected | undefined>
  /** Commits a turn that cannot fail but for the store. */
  readonly commitOrStop: (unit: UnitOfWork, to: number) => Promise<PartitionEnd | undefined>
  /**
   * Writes a stop where the last commit left the partition, unless a commit has written it already; returns the ending
   * that follows. Nothing that was decided in memory since then is written with it.
   */
  readonly storeStop: (stopped: StoppedHere) => Promise<StoredEnd>
}

export interface CheckpointOptions {
  readonly lease: Lease
  readonly lifecycle: PartitionLifecycle
  readonly blockedLanes: BlockedLanes
  readonly retryingLanes: () => RetryingLanes
  readonly gaps: CheckpointGaps
  readonly worker: () => HandlerWorker
  readonly commitBatcher: CommitBatcher
  readonly clock: Clock
  /** The history of the log from which this partition got its events. */
  readonly history: () => HistoryId
  /** Why the place that was to be committed is no place of the log; `undefined` when it is one after all. */
  readonly rewound: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, HandlerRewound | undefined>>
  /** Milliseconds that a lease lasts without a heartbeat. */
  readonly leaseTime: number
  readonly idleCommitInterval: number
  readonly onProgress: () => void
  readonly onDue: (time: number) => void
}

/**
 * The contiguous prefix. A checkpoint stands before the first event that is not done, parked or skipped: of those that were taken, the first that is held up.
 * What was done beyond it is written down in the same commit, event by event that is *not* done, so that nobody does it again: an effect and the note of it are
 * one commit for a transactional handler; for one with effects of its own what was not committed is done again, as always.
 *
 * Nothing is lost: whoever takes the partition over reads from the checkpoint on, and passes over an event only when the note says that everything up to its
 * position was taken and the event was not among those that were held up. Nothing is reordered: events of a held lane stand behind its first in memory, and are
 * all in the note; so they come again in the order of the log, and no later event of the lane was begun.
 *
 * A stop that does not come from a turn is written at the position of the last commit, and changes nothing else.
 * Something may have thrown halfway through a turn: then a lane may have left `RetryingLanes` although its event is neither done
 * nor parked, and any position that is computed from memory could pass that event. In the state that the store has,
 * every event is done, parked or still to be read, and the stop keeps that state: so a throw between a decision in
 * memory and its commit undoes the decision. Effects of that turn may be repeated after the handler is resumed, as
 * after a crash.
 *
 * What is held up is bounded: by lanes and by deliveries, see `RetryingLanes`, and it counts as what waits in the partition, with which nothing more is read.
 */
export const makeCheckpoint = (options: CheckpointOptions): Checkpoint => {
  const {
    lifecycle,
    blockedLanes,
    retryingLanes,
    gaps,
    worker,
    commitBatcher,
    clock,
    idleCommitInterval,
    onProgress,
    onDue,
  } = options
  let { lease } = options
  let committedTo = lease.position
  let takenTo = lease.position
  /** Since when there is an advance that is not committed, by a clock that does not jump. */
  let uncommittedSince: number | undefined
  let stopStored = false

  const stoppedBy = (stop: StopRequest): StoppedHere => ({
    _tag: 'StoppedHere',
    position: stop.event?.position ?? lease.position,
    stop,
  })

  const stopOf = (stopped: StoppedHere): DocumentChange => {
    const now = clock()
    return stopChange(lease.partition, stopped, now, now + options.leaseTime)
  }

  /** How far the checkpoint can be, when everything up to `to` was taken. */
  const checkpointFor = (to: number): number =>
    Math.max(lease.position, Math.min(to, retryingLanes().firstPosition() - 1))

  /** A commit that the store did not write because its position is no place of the log. */
  const stoppedByRewind = async (position: number): Promise<PartitionEnd> => {
    const why = await lifecycle.retryUntilDone('a look at the log', () => options.rewound(position))
    if (E.isLeft(why)) return lifecycle.endFor(why.left, lease.position)
    return why.right === undefined ? { _tag: 'Lost' } : stoppedBy({ why: why.right })
  }

  /** A stop because the log went back is not made from any event of the log, so it has no `sourcePosition`. */
  const sourcePosition = ({ stop }: UnitOfWork, to: number): Pick<HandlerCommit, 'sourcePosition'> =>
    stop?.why._tag === 'HandlerRewound'
      ? {}
      : { sourcePosition: { position: Math.max(lease.position, to), history: options.history() } }

  const commit: Checkpoint['commit'] = async (unit, to) => {
    // A checkpoint that stays where it is claims nothing about a log that went back.
    const position = unit.stop?.why._tag === 'HandlerRewound' ? lease.position : checkpointFor(to)
    const stopped = unit.stop === undefined ? undefined : stoppedBy(unit.stop)
    const stops = stopped === undefined ? [] : [stopOf(stopped)]
    const changes = [
      ...unit.changes,
      ...blockedLanes.park(unit.parked, clock()),
      ...stops,
      ...gaps.changes(position, to, retryingLanes().deliveries()),
    ]
    if (changes.length === 0 && unit.commitWith === undefined && position === lease.position) {
      takenTo = Math.max(takenTo, to)
      return undefined
    }
    const { name, generation, partition, epoch, revision } = lease
    const one = { name, generation, partition, epoch, revision, position, changes, ...sourcePosition(unit, to) }
    const outcome = await lifecycle.retryUntilDone(
      'a commit',
      () => unit.commitWith?.(one) ?? commitBatcher.commit(one),
    )
    if (E.isLeft(outcome)) {
      const { left: why } = outcome
      if (why._tag === 'StoreUnavailable') return lifecycle.endFor(why, position)
      // What cannot be stored, such as a document that is too large, is the fault of an event.
      return {
        _tag: 'CommitRejected',
        why: why._tag === 'InvalidInput' ? { _tag: 'HandlerReturnedError', error: why } : why,
      }
    }
    if (outcome.right === 'fenced') return { _tag: 'Lost' }
    if (outcome.right === 'rewound') return stoppedByRewind(Math.max(position, to))
    lease = { ...lease, position, revision: revision + 1 }
    takenTo = Math.max(takenTo, to)
    gaps.committed()
    committedTo = Math.max(committedTo, position)
    uncommittedSince = undefined
    blockedLanes.committed(unit.parked)
    worker().committed()
    const times = changes.flatMap(({ due }) => (due === undefined ? [] : [due.getTime()]))
    if (times.length > 0) onDue(times.reduce((first, time) => Math.min(first, time)))
    onProgress()
    stopStored ||= stopped !== undefined
    return stopped
  }

  return {
    lease: () => lease,
    committedTo: () => committedTo,
    takenTo: () => takenTo,
    skipTo: (to) => {
      const position = checkpointFor(to)
      if (committedTo >= position) return
      committedTo = position
      onProgress()
    },
    nextIdleCommitIn: (to) => {
      if (checkpointFor(to) <= lease.position) return undefined
      const now = performance.now()
      uncommittedSince ??= now
      return Math.max(0, uncommittedSince + idleCommitInterval - now)
    },
    commit,
    commitOrStop: async (unit, to) => {
      const failed = await commit(unit, to)
      return failed?._tag === 'CommitRejected' ? stoppedBy({ why: failed.why }) : failed
    },
    storeStop: async (ending) => {
      if (stopStored) return { ending, isLocal: false }
      const { name, generation, partition, epoch, revision, position } = lease
      const changes = [stopOf(ending)]
      const one = { name, generation, partition, epoch, revision, position, changes }
      const outcome = await lifecycle.retryUntilDone('a stop', () => commitBatcher.commit(one))
      // When the partition ends anyway, it does not wait for a store that is away: the next holder of the lease finds
      // the same cause.
      if (E.isLeft(outcome)) return { ending, isLocal: outcome.left._tag === 'InvalidInput' }
      if (outcome.right === 'fenced') return { ending: { _tag: 'Lost' }, isLocal: false }
      lease = { ...lease, revision: revision + 1 }
      stopStored = true
      return { ending, isLocal: false }
    },
  }
}
