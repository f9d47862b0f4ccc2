import type { HandlerCommit } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { PartitionLog } from '../history/PartitionLog.ts'
import type { IncidentLog } from './IncidentLog.ts'
import type { PartitionEnd, StoppedHere, StoredEnd } from './PartitionEnd.ts'
import type { PartitionLifecycle } from './PartitionLifecycle.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import { checkpointAt, openingState, type PartitionState } from './PartitionState.ts'
import { stopChange } from './StopDocument.ts'
import { prepareCommit, stoppedBy, type Transition } from './Transition.ts'

/** Holds the state of a partition, and commits its transitions one after another. */
export type PartitionCommitter = ReturnType<typeof makePartitionCommitter>

export const makePartitionCommitter = (
  { lease, commitBatcher, clock, leaseTime, idleCommitInterval, onProgress, onDue }: PartitionOptions,
  lifecycle: PartitionLifecycle,
  log: PartitionLog,
  incidents: IncidentLog,
) => {
  let state = openingState(lease)
  /** When the first uncommitted advance was made, by a clock that does not jump. */
  let uncommittedSince: number | undefined

  const onCommitted = ({ changes }: HandlerCommit, { unit, onReached }: Transition): void => {
    uncommittedSince = undefined
    unit.onCommitted?.()
    incidents.committed(unit, changes)
    onReached?.()
    const times = changes.flatMap(({ due }) => (due === undefined ? [] : [due.getTime()]))
    if (times.length > 0) onDue(times.reduce((first, time) => Math.min(first, time)))
    onProgress()
  }

  /** Ends after a commit that the store did not write because its position is no place of the log. */
  const endByRewind = async (position: number): Promise<PartitionEnd> => {
    const why = await lifecycle.retryUntilDone('verifying the log', () => log.verifyPosition(position))
    if (E.isLeft(why)) return lifecycle.endFor(why.left, state.lease.position)
    return why.right === undefined ? { _tag: 'Lost' } : stoppedBy(state, { why: why.right })
  }

  const commit = async (transition: Transition): Promise<PartitionEnd | undefined> => {
    const { unit, onCommitRejected } = transition
    const { commit: one, next } = prepareCommit(transition, log, clock(), leaseTime)
    if (one === undefined) {
      state = next
      incidents.committed(unit, [])
      transition.onReached?.()
      return undefined
    }
    const outcome = await lifecycle.retryUntilDone(
      'a commit',
      () => unit.commitWith?.(one) ?? commitBatcher.commit(one),
    )
    if (E.isLeft(outcome)) {
      if (outcome.left._tag === 'StoreUnavailable') return lifecycle.endFor(outcome.left, one.position)
      // What cannot be stored, such as a document that is too large, is the fault of an event.
      const why =
        outcome.left._tag === 'InvalidInput'
          ? ({ _tag: 'HandlerReturnedError', error: outcome.left } as const)
          : outcome.left
      return onCommitRejected === undefined ? stoppedBy(state, { why }) : commit(onCommitRejected(why))
    }
    if (outcome.right === 'fenced') return { _tag: 'Lost' }
    if (outcome.right === 'rewound') return endByRewind(Math.max(one.position, next.takenTo))
    state = next
    onCommitted(one, transition)
    return state.stopped
  }

  return {
    current: (): PartitionState => state,
    /** The state in which the partition opens. */
    open: (opened: PartitionState): void => {
      state = opened
    },
    /** Commits a transition, or what follows instead when the commit is rejected. */
    commit,
    /** Advances over what is no event for the partition, when nothing waits. */
    skipTo: (to: number): void => {
      const committedTo = checkpointAt(state, to)
      if (committedTo <= state.committedTo) return
      state = { ...state, committedTo }
      onProgress()
    },
    /** Milliseconds until an advance that is not committed is committed; `undefined` when there is none. */
    nextIdleCommitIn: (to: number): number | undefined => {
      if (checkpointAt(state, to) <= state.lease.position) return undefined
      const now = performance.now()
      uncommittedSince ??= now
      return Math.max(0, uncommittedSince + idleCommitInterval - now)
    },
    /**
     * Stores a stop at the position of the last commit, unless a commit has stored it already; returns the resulting
     * ending. Nothing that was decided since then is stored with it: effects of that unit of work may be repeated after
     * the handler is resumed, as after a crash.
     */
    storeStop: async (ending: StoppedHere): Promise<StoredEnd> => {
      if (state.stopped !== undefined) return { ending, isLocal: false }
      const { name, generation, partition, epoch, revision, position } = state.lease
      const changes = [stopChange(partition, ending, clock(), { leaseTime })]
      const one = { name, generation, partition, epoch, revision, position, changes }
      const outcome = await lifecycle.retryUntilDone('a stop', () => commitBatcher.commit(one))
      // A partition that ends anyway does not wait for an unavailable store: the next owner finds the same cause.
      if (E.isLeft(outcome)) return { ending, isLocal: outcome.left._tag === 'InvalidInput' }
      if (outcome.right === 'fenced') return { ending: { _tag: 'Lost' }, isLocal: false }
      state = { ...state, lease: { ...state.lease, revision: revision + 1 }, stopped: ending }
      return { ending, isLocal: false }
    },
  }
}
