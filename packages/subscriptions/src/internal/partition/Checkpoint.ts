import type { Clock, HistoryId, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { DocumentChange, HandlerCommit, Lease } from '@foldlog/core/store'
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

/** A unit of work that was undone, because its own part of the commit failed. */
export interface CommitRejected {
  readonly _tag: 'CommitRejected'
  readonly why: HandlerFailure
}

/** How a partition ended. `isLocal`: the ending is a stop that the store rejects, so only this process knows of it. */
export interface StoredEnd {
  readonly ending: PartitionEnd
  readonly isLocal: boolean
}

/** The checkpoint of a partition, and the commits that advance it, one after another. */
export interface Checkpoint {
  /** The lease after the last commit. */
  readonly lease: () => Lease
  /** Everything up to here is handled, and its changes are committed. */
  readonly committedTo: () => number
  /** Everything up to here was taken: it is handled, or its lane is blocked for retry. */
  readonly takenTo: () => number
  /** Advances over positions at which there is nothing to handle. */
  readonly skipTo: (position: number) => void
  /** Milliseconds until an advance without changes is committed; `undefined` when there is none. */
  readonly nextIdleCommitIn: (position: number) => number | undefined
  /**
   * Commits a unit of work, with its stop if it has one, when everything up to `to` was taken. Returns why the
   * partition ends, or why the unit of work failed; `undefined` otherwise.
   */
  readonly commit: (unit: UnitOfWork, to: number) => Promise<PartitionEnd | CommitRejected | undefined>
  /** Commits a unit of work; any rejection of the commit stops the handler. */
  readonly commitOrStop: (unit: UnitOfWork, to: number) => Promise<PartitionEnd | undefined>
  /**
   * Stores a stop at the position of the last commit, unless a commit has stored it already; returns the resulting
   * ending. Nothing that was decided in memory since then is stored with it.
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
  /** Why the position that was to be committed is no place of the log; `undefined` when it is one. */
  readonly rewound: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, HandlerRewound | undefined>>
  /** Milliseconds that a lease lasts without a heartbeat. */
  readonly leaseTime: number
  readonly idleCommitInterval: number
  readonly onProgress: () => void
  readonly onDue: (time: number) => void
}

/**
 * Commits a contiguous prefix. The checkpoint is before the first event that is not handled, parked or skipped: among
 * the taken events, the first one whose lane is blocked for retry. The same commit stores which events beyond the
 * checkpoint are *not* handled (the gaps document), so that the others are not handled again. For a transactional
 * handler, an effect and the gaps document are one commit. A handler with effects of its own repeats what was not
 * committed, as always.
 *
 * Nothing is lost: the next owner of the partition reads from the checkpoint on. It skips an event only when the gaps
 * document says that everything up to its position was taken and does not list the event as unfinished. Nothing is
 * reordered: events of a retrying lane queue in memory behind its first event, and all of them are in the gaps
 * document. So they are redelivered in log order, and no later event of the lane was begun.
 *
 * A stop that does not come from a unit of work is stored at the position of the last commit, and changes nothing else.
 * Something may have thrown halfway through a unit of work. Then a lane may have left `RetryingLanes` although its
 * event is neither handled nor parked, and any position that is computed from memory could pass that event. In the
 * stored state, every event is handled, parked or still to be read, and the stop keeps that state: a throw between a
 * decision in memory and its commit undoes the decision. Effects of that unit of work may be repeated after the handler
 * is resumed, as after a crash.
 *
 * Retrying lanes are bounded, by lanes and by deliveries, see `RetryingLanes`. Their deliveries count as waiting in the
 * partition, which limits how far it reads ahead.
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
  /** When the first uncommitted advance was made, by a clock that does not jump. */
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

  /** The highest possible checkpoint, when everything up to `to` was taken. */
  const checkpointFor = (to: number): number =>
    Math.max(lease.position, Math.min(to, retryingLanes().firstPosition() - 1))

  /** Ends after a commit that the store did not write because its position is no place of the log. */
  const stoppedByRewind = async (position: number): Promise<PartitionEnd> => {
    const why = await lifecycle.retryUntilDone('verifying the log', () => options.rewound(position))
    if (E.isLeft(why)) return lifecycle.endFor(why.left, lease.position)
    return why.right === undefined ? { _tag: 'Lost' } : stoppedBy({ why: why.right })
  }

  /** A stop because the log went back is not made from any event of the log, so it has no `sourcePosition`. */
  const sourcePosition = ({ stop }: UnitOfWork, to: number): Pick<HandlerCommit, 'sourcePosition'> =>
    stop?.why._tag === 'HandlerRewound'
      ? {}
      : { sourcePosition: { position: Math.max(lease.position, to), history: options.history() } }

  const commit: Checkpoint['commit'] = async (unit, to) => {
    // A checkpoint that does not move claims nothing about a log that went back.
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
      // A partition that ends anyway does not wait for an unavailable store: the next owner finds the same cause.
      if (E.isLeft(outcome)) return { ending, isLocal: outcome.left._tag === 'InvalidInput' }
      if (outcome.right === 'fenced') return { ending: { _tag: 'Lost' }, isLocal: false }
      lease = { ...lease, revision: revision + 1 }
      stopStored = true
      return { ending, isLocal: false }
    },
  }
}
