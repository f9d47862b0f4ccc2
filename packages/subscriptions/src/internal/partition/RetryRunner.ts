import { makeWakeSignal } from '@foldlog/core/store'
import { either as E, option as O } from 'fp-ts'
import type { FailurePolicy } from '../../FailurePolicy.ts'
import { sleep } from '../async/timers.ts'
import type { HandlerWorker, WorkerContext } from '../handlers/HandlerWorker.ts'
import { delayOf } from '../handlers/userCode.ts'
import { type Attempt, type AttemptNotes, giveUp } from './AttemptNotes.ts'
import type { RetryingLane, RetryingLanes } from './RetryingLanes.ts'
import type { Task } from './Transition.ts'
import { settleRetry } from './transitions.ts'

export type RetryRunner = ReturnType<typeof makeRetryRunner>

/** Milliseconds between two checks whether the lease is valid again. */
const leaseCheckInterval = 50

export interface RetryRunnerOptions extends Pick<WorkerContext, 'draining' | 'mayBegin'> {
  readonly policy: FailurePolicy
  readonly worker: HandlerWorker
  readonly notes: AttemptNotes
  readonly enqueue: (task: Task) => void
}

/** Runs the retries of a partition beside its batches, one for each lane at a time. */
export const makeRetryRunner = ({ policy, draining, mayBegin, worker, notes, enqueue }: RetryRunnerOptions) => {
  /** Retries in flight, until their unit of work begins. */
  const running = new Map<string, Promise<void>>()

  /**
   * Queues a task that rethrows: a retry that throws must not block the partition; it stops there with the reason. The
   * lane is still blocked for retry, so its events are not passed.
   */
  const onThrown = (cause: unknown): void => enqueue(() => Promise.reject(cause))

  /** Ends before the first suspect, unless that is the head: it is handled alone. */
  const beforeSuspect = (tries: RetryingLane['deliveries']): RetryingLane['deliveries'] => {
    const { isAlone } = notes
    const at = isAlone === undefined ? -1 : tries.findIndex(isAlone)
    return at < 0 ? tries : tries.slice(0, Math.max(1, at))
  }

  /** Notes an attempt, in a unit of work of its own; `undefined` when the partition ends before. */
  const begin = async (tries: RetryingLane['deliveries']): Promise<Attempt | undefined> => {
    const wake = makeWakeSignal()
    for (let attempt = notes.ofEvents(tries, wake.notify); ; attempt = notes.ofEvents(tries, wake.notify)) {
      if (attempt !== 'waits' && notes.isNoted(attempt)) return attempt
      draining.addEventListener('abort', wake.notify, { once: true })
      if (attempt !== 'waits') enqueue(async () => E.right(notes.beginning(attempt, wake.notify)))
      await wake.wait()
      draining.removeEventListener('abort', wake.notify)
      if (draining.aborted) return undefined
      if (attempt !== 'waits') return attempt
    }
  }

  const retry = async (lane: string, { deliveries, status, maxBatch }: RetryingLane): Promise<void> => {
    await sleep(delayOf(status), draining)
    // The lease may have expired; wait until a heartbeat renews it.
    while (!mayBegin() && !draining.aborted) await sleep(leaseCheckInterval, draining)
    if (draining.aborted) return
    // Events that only wait behind the first one are handled together, once the first succeeds.
    const wanted = deliveries.slice(0, O.isSome(status.previousDelay) ? 1 : maxBatch)
    const tries = beforeSuspect(wanted)
    const attempt = await begin(tries)
    if (attempt === undefined) return
    const { ends } = attempt
    const unit =
      ends === undefined
        ? await worker.handle(tries, { status, waitForRetries: false })
        : E.right(giveUp(policy, tries, ends))
    enqueue(async (state) => {
      running.delete(lane)
      return E.isLeft(unit) ? unit : E.right(notes.end(attempt, settleRetry(state, lane, tries, unit.right, policy)))
    })
  }

  return {
    /** Begins the next retry of each lane without one in flight. */
    start: (lanes: RetryingLanes): void => {
      if (draining.aborted) return
      for (const [lane, current] of lanes) {
        if (!running.has(lane)) running.set(lane, retry(lane, current).catch(onThrown))
      }
    },
    /** Waits for the retries in flight. */
    close: (): Promise<unknown> => Promise.all(running.values()),
  }
}
