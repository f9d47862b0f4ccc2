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
import type { HandlingFailure } from '../FailurePolicy.ts'
import type { HandlerRewound } from '../HandlerRewound.ts'
import type { Ahead } from './Ahead.ts'
import type { Committer } from './Committer.ts'
import type { Ending, Stopped } from './Ending.ts'
import type { Held } from './Held.ts'
import type { Lanes } from './Lanes.ts'
import type { Lifespan } from './Lifespan.ts'
import { stopChange } from './stopping.ts'
import type { Stop, Turn, Work } from './Work.ts'

/** A turn that was undone, because its own part of the commit failed. */
export interface Failed {
  readonly _tag: 'Failed'
  readonly why: HandlingFailure
}

/**
 * How a partition ended. `unkept`: the ending is a stop that the store refuses to keep, so only this process knows of
 * it.
 */
export interface Kept {
  readonly ending: Ending
  readonly unkept: boolean
}

/** How far a partition is, and the commits that bring it on, one after another. */
export interface Checkpoint {
  /** The lease as it stands after the last commit. */
  readonly lease: () => Lease
  /** Everything up to here is done, and what it changed is committed. */
  readonly doneTo: () => number
  /** Everything up to here was taken: it is done, or held up. */
  readonly takenTo: () => number
  /** There was nothing to be done up to here. */
  readonly reached: (position: number) => void
  /** Milliseconds until an advance over what needed nothing is to be committed, if there is one. */
  readonly advanceIn: (position: number) => number | undefined
  /**
   * Commits a turn, with a stop that it brings, when everything up to `to` was taken; what comes back is why the partition ends, or why the turn failed, if so.
   */
  readonly commit: (turn: Turn, to: number) => Promise<Ending | Failed | undefined>
  /** Commits a turn that cannot fail but for the store. */
  readonly commitPlain: (turn: Turn, to: number) => Promise<Ending | undefined>
  /**
   * Writes a stop where the last commit left the partition, unless a commit has written it already; returns the ending
   * that follows. Nothing that was decided in memory since then is written with it.
   */
  readonly keep: (stopped: Stopped) => Promise<Kept>
}

export interface CheckpointOptions {
  readonly lease: Lease
  readonly life: Lifespan
  readonly lanes: Lanes
  readonly held: () => Held
  readonly ahead: Ahead
  readonly work: () => Work
  readonly committer: Committer
  readonly clock: Clock
  /** The history of the log from which this partition got its events. */
  readonly history: () => HistoryId
  /** Why the place that was to be committed is no place of the log; `undefined` when it is one after all. */
  readonly rewound: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, HandlerRewound | undefined>>
  /** Milliseconds that a lease lasts without a heartbeat. */
  readonly leaseTime: number
  readonly idleCommit: number
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
 * Something may have thrown halfway through a turn: then a lane may have left `Held` although its event is neither done
 * nor parked, and any position that is computed from memory could pass that event. In the state that the store has,
 * every event is done, parked or still to be read, and the stop keeps that state: so a throw between a decision in
 * memory and its commit undoes the decision. Effects of that turn may be repeated after the handler is resumed, as
 * after a crash.
 *
 * What is held up is bounded: by lanes and by deliveries, see `Held`, and it counts as what waits in the partition, with which nothing more is read.
 */
export const makeCheckpoint = (options: CheckpointOptions): Checkpoint => {
  const { life, lanes, held, ahead, work, committer, clock, idleCommit, onProgress, onDue } = options
  let { lease } = options
  let doneTo = lease.position
  let takenTo = lease.position
  /** Since when there is an advance that is not committed, by a clock that does not jump. */
  let behindSince: number | undefined
  let stopKept = false

  const stoppedBy = (stop: Stop): Stopped => ({
    _tag: 'Stopped',
    position: stop.event?.position ?? lease.position,
    stop,
  })

  const stopOf = (stopped: Stopped): DocumentChange => {
    const now = clock()
    return stopChange(lease.partition, stopped, now, now + options.leaseTime)
  }

  /** How far the checkpoint can be, when everything up to `to` was taken. */
  const prefix = (to: number): number => Math.max(lease.position, Math.min(to, held().first() - 1))

  /** A commit that the store did not write because its position is no place of the log. */
  const stoppedByRewind = async (position: number): Promise<Ending> => {
    const why = await life.insist('a look at the log', () => options.rewound(position))
    if (E.isLeft(why)) return life.endedBy(why.left, lease.position)
    return why.right === undefined ? { _tag: 'Lost' } : stoppedBy({ why: why.right })
  }

  /** A stop because the log went back is not made from any event of the log, so it has no `reach`. */
  const reach = ({ stop }: Turn, to: number): Pick<HandlerCommit, 'reach'> =>
    stop?.why._tag === 'HandlerRewound'
      ? {}
      : { reach: { position: Math.max(lease.position, to), history: options.history() } }

  const commit: Checkpoint['commit'] = async (turn, to) => {
    // A checkpoint that stays where it is claims nothing about a log that went back.
    const position = turn.stop?.why._tag === 'HandlerRewound' ? lease.position : prefix(to)
    const stopped = turn.stop === undefined ? undefined : stoppedBy(turn.stop)
    const stops = stopped === undefined ? [] : [stopOf(stopped)]
    const changes = [
      ...turn.changes,
      ...lanes.park(turn.parked, clock()),
      ...stops,
      ...ahead.changes(position, to, held().deliveries()),
    ]
    if (changes.length === 0 && turn.within === undefined && position === lease.position) {
      takenTo = Math.max(takenTo, to)
      return undefined
    }
    const { name, generation, partition, epoch, revision } = lease
    const one = { name, generation, partition, epoch, revision, position, changes, ...reach(turn, to) }
    const outcome = await life.insist('a commit', () => turn.within?.(one) ?? committer.commit(one))
    if (E.isLeft(outcome)) {
      const { left: why } = outcome
      if (why._tag === 'StoreUnavailable') return life.endedBy(why, position)
      // What cannot be stored, such as a document that is too large, is the fault of an event.
      return { _tag: 'Failed', why: why._tag === 'InvalidInput' ? { _tag: 'HandlerRefused', error: why } : why }
    }
    if (outcome.right === 'fenced') return { _tag: 'Lost' }
    if (outcome.right === 'rewound') return stoppedByRewind(Math.max(position, to))
    lease = { ...lease, position, revision: revision + 1 }
    takenTo = Math.max(takenTo, to)
    ahead.committed()
    doneTo = Math.max(doneTo, position)
    behindSince = undefined
    lanes.committed(turn.parked)
    work().committed()
    const times = changes.flatMap(({ due }) => (due === undefined ? [] : [due.getTime()]))
    if (times.length > 0) onDue(times.reduce((first, time) => Math.min(first, time)))
    onProgress()
    stopKept ||= stopped !== undefined
    return stopped
  }

  return {
    lease: () => lease,
    doneTo: () => doneTo,
    takenTo: () => takenTo,
    reached: (to) => {
      const position = prefix(to)
      if (doneTo >= position) return
      doneTo = position
      onProgress()
    },
    advanceIn: (to) => {
      if (prefix(to) <= lease.position) return undefined
      const now = performance.now()
      behindSince ??= now
      return Math.max(0, behindSince + idleCommit - now)
    },
    commit,
    commitPlain: async (turn, to) => {
      const failed = await commit(turn, to)
      return failed?._tag === 'Failed' ? stoppedBy({ why: failed.why }) : failed
    },
    keep: async (ending) => {
      if (stopKept) return { ending, unkept: false }
      const { name, generation, partition, epoch, revision, position } = lease
      const changes = [stopOf(ending)]
      const one = { name, generation, partition, epoch, revision, position, changes }
      const outcome = await life.insist('a stop', () => committer.commit(one))
      // When the partition ends anyway, it does not wait for a store that is away: the next holder of the lease finds
      // the same cause.
      if (E.isLeft(outcome)) return { ending, unkept: outcome.left._tag === 'InvalidInput' }
      if (outcome.right === 'fenced') return { ending: { _tag: 'Lost' }, unkept: false }
      lease = { ...lease, revision: revision + 1 }
      stopKept = true
      return { ending, unkept: false }
    },
  }
}
