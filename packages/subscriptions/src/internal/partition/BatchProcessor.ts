import { either as E } from 'fp-ts'
import { defaultRetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import {
  emptyUnit,
  firstAttempt,
  type HandlerWorker,
  type ParkRequest,
  type UnitOfWork,
} from '../handlers/HandlerWorker.ts'
import { nextRetry, verdictFor } from '../handlers/userCode.ts'
import type { RecentEvents } from '../history/RecentEvents.ts'
import type { BlockedLanes } from './BlockedLanes.ts'
import type { Checkpoint } from './Checkpoint.ts'
import type { CheckpointGaps } from './CheckpointGaps.ts'
import type { DeliveryQueue } from './DeliveryQueue.ts'
import type { PartitionEnd } from './PartitionEnd.ts'
import type { PartitionLifecycle } from './PartitionLifecycle.ts'
import type { RetryingLanes } from './RetryingLanes.ts'

/** Handles the waiting events of a partition, batch by batch. */
export interface BatchProcessor {
  readonly processNext: () => Promise<PartitionEnd | undefined>
  /** Number of events that were handled. */
  readonly handled: () => number
}

export interface BatchProcessorOptions {
  readonly queue: DeliveryQueue
  readonly blockedLanes: BlockedLanes
  readonly retryingLanes: RetryingLanes
  readonly gaps: CheckpointGaps
  readonly worker: HandlerWorker
  readonly lifecycle: PartitionLifecycle
  readonly checkpoint: Checkpoint
  readonly recent: RecentEvents
  readonly policy: FailurePolicy
  readonly batchSize: number
  readonly fedTo: () => number
}

const samePosition = (deliveries: ReadonlyArray<Delivery>): boolean =>
  deliveries.every(({ event }) => event.position === deliveries[0]?.event.position)

/**
 * A batch takes deliveries from the head of the queue. It handles, parks or skips all of them, or blocks their lanes
 * for retry, before it is committed.
 */
export const makeBatchProcessor = (options: BatchProcessorOptions): BatchProcessor => {
  const { queue, blockedLanes, retryingLanes, gaps, worker, lifecycle, checkpoint, recent, policy, batchSize, fedTo } =
    options
  let handled = 0

  /** The last position before another: a checkpoint is at the position of an event, or stays where it was. */
  const before = (position: number, taken: ReadonlyArray<Delivery>): number =>
    taken.reduce(
      (last, { event }) => (event.position < position ? Math.max(last, event.position) : last),
      checkpoint.takenTo(),
    )

  /**
   * Applies the policy to an event whose commit failed. When the effect of the event is part of the commit, it may be
   * retried.
   */
  const onCommitRejected = (
    event: ReadonlyArray<Delivery>,
    { commitWith }: UnitOfWork,
    why: HandlerFailure,
    position: number,
    parked: ReadonlyArray<ParkRequest>,
  ): Promise<PartitionEnd | undefined> => {
    const [first] = event
    const status = commitWith === undefined ? undefined : nextRetry(policy, defaultRetryStatus)
    if (status !== undefined) {
      retryingLanes.add(
        event.map((delivery) => ({ delivery, status })),
        event,
      )
      return checkpoint.commitOrStop({ ...emptyUnit, parked }, position)
    }
    const verdict = first === undefined ? 'stop' : verdictFor(policy, why, first.event)
    if (verdict === 'stop') {
      const stop = first === undefined ? { why } : { event: first.event, why }
      return checkpoint.commitOrStop({ ...emptyUnit, stop }, checkpoint.takenTo())
    }
    const failed = verdict === 'park' ? event.map((delivery) => ({ delivery, why })) : []
    return checkpoint.commitOrStop({ ...emptyUnit, parked: [...failed, ...parked] }, position)
  }

  const processNext = async (): Promise<PartitionEnd | undefined> => {
    const taken = queue.take(batchSize)
    const [first, last] = [taken[0], taken.at(-1)]
    if (first === undefined || last === undefined) return undefined
    const { unblocked, blocked } = blockedLanes.divide(gaps.unfinished(taken))
    const free = unblocked.filter(({ lane }) => !retryingLanes.has(lane))
    const answer =
      free.length === 0
        ? E.right(emptyUnit)
        : await lifecycle.retryUntilDone('a batch of events', () => worker.handle(free, firstAttempt))
    if (lifecycle.isLost()) {
      // The partition is lost, but the effects of these events are done.
      if (E.isRight(answer)) for (const { event } of free) recent.add(event)
      return { _tag: 'Lost' }
    }
    if (E.isLeft(answer)) return lifecycle.endFor(answer.left, checkpoint.lease().position)
    const unit = answer.right
    const { stop, unfinished = [] } = unit
    const unfinishedFrom = stop !== undefined ? (stop.event ?? first.event).position : unfinished[0]?.event.position
    if (unfinishedFrom !== undefined) {
      queue.requeue(taken.filter(({ event }) => event.position >= unfinishedFrom))
    }
    // When nothing waits, everything that was fed is handled.
    const whole = queue.size() === 0 ? fedTo() : last.event.position
    const position = unfinishedFrom === undefined ? whole : before(unfinishedFrom, taken)
    const done = taken.filter(({ event }) => event.position <= position)
    const isDone = ({ delivery }: { readonly delivery: Delivery }): boolean => delivery.event.position <= position
    const parked = [...unit.parked, ...blocked].filter(isDone)
    const own = unblocked.filter(({ event }) => event.position <= position)
    const undoRetries = retryingLanes.add((unit.retries ?? []).filter(isDone), own)
    // Before the commit: when the commit finds that the log went back, the effects of these events are done.
    for (const { event } of done) recent.add(event)
    const failed = await checkpoint.commit({ ...unit, parked }, position)
    if (failed?._tag === 'CommitRejected') {
      undoRetries()
      if (samePosition(done)) {
        const attempted = free.filter(({ event }) => event.position <= position)
        retryingLanes.add([], own)
        return onCommitRejected(attempted, unit, failed.why, position, blocked.filter(isDone))
      }
      // The whole batch was rolled back: handle its events one by one, to find the failing one.
      queue.requeueOneByOne(done)
      return undefined
    }
    if (failed === undefined || failed._tag === 'StoppedHere')
      handled += done.filter(({ lane }) => !retryingLanes.has(lane)).length
    return failed
  }

  return { processNext, handled: () => handled }
}
