import { either as E } from 'fp-ts'
import { defaultRetryStatus } from 'retry-ts'
import type { AnyRecorded, HandlerContext } from '../../EventHandler.ts'
import type { FailurePolicy } from '../../FailurePolicy.ts'
import type { HandlerEffect } from '../../HandlerEffect.ts'
import { makeSemaphore } from '../async/Semaphore.ts'
import type { Delivery } from './Delivery.ts'
import {
  type Attempt,
  eventsOnly,
  type HandlerWorker,
  type LaneRetry,
  type ParkRequest,
  type SkippedEvent,
  type WorkerContext,
} from './HandlerWorker.ts'
import { makeRunningEffects } from './RunningEffects.ts'
import { type FailedTries, failedTries, type Interrupted, interrupted, nextRetry, retryWithPolicy } from './userCode.ts'
import { type StopAtEvent, walkLanesWithEffects } from './walkLanes.ts'

export interface EventHandlerWorkerOptions {
  readonly handle: (event: AnyRecorded, context: HandlerContext) => HandlerEffect<never, unknown>
  /** The environment of its effects. */
  readonly env: unknown
  readonly policy: FailurePolicy
  /** Milliseconds for one attempt. */
  readonly timeout: number
  readonly concurrency: number
}

/** The context of a handler call. Its signal is created when it is first read. */
export class LazyHandlerContext implements HandlerContext {
  readonly attempt: number
  readonly #signal: () => AbortSignal

  constructor(attempt: number, signal: () => AbortSignal) {
    this.attempt = attempt
    this.#signal = signal
  }

  get signal(): AbortSignal {
    return this.#signal()
  }
}

type Outcome = E.Either<FailedTries | Interrupted, unknown>

const lanesOf = (batch: ReadonlyArray<Delivery>): ReadonlyArray<ReadonlyArray<Delivery>> => {
  const lanes = new Map<string, Array<Delivery>>()
  for (const delivery of batch) {
    const lane = lanes.get(delivery.lane)
    if (lane === undefined) lanes.set(delivery.lane, [delivery])
    else lane.push(delivery)
  }
  return [...lanes.values()]
}

/**
 * The worker of an event handler: lanes run concurrently, each in order. An event that fails and has a retry left ends
 * its lane in this unit of work, and blocks it for retry; the other lanes do not wait for it.
 */
export const eventHandlerWorker =
  ({ handle, env, concurrency, policy, timeout }: EventHandlerWorkerOptions) =>
  (context: WorkerContext): HandlerWorker => {
    const effects = makeRunningEffects(timeout, context.signal, env)
    const retryContext = { policy, context }
    // Retrying lanes run beside the batches.
    const semaphore = makeSemaphore(concurrency)

    const handleOne = async (
      event: AnyRecorded,
      delivery: Delivery,
      { status, waitForRetries }: Attempt,
    ): Promise<Outcome> => {
      const tryOnce = (attempt: number) =>
        semaphore.run(() => effects.run((signal) => handle(event, new LazyHandlerContext(attempt, signal))))
      if (waitForRetries) return retryWithPolicy(tryOnce, delivery, retryContext)
      const tries = status.iterNumber + 1
      const outcome = await tryOnce(tries)
      if (E.isRight(outcome)) return outcome
      return outcome.left._tag === 'Interrupted' ? interrupted : failedTries(outcome.left, tries)
    }

    const handleAll = async (
      events: ReadonlyArray<AnyRecorded>,
      delivery: Delivery,
      attempt: Attempt,
    ): Promise<Outcome> => {
      for (const event of events) {
        const outcome = await handleOne(event, delivery, attempt)
        if (E.isLeft(outcome)) return outcome
      }
      return E.right(undefined)
    }

    return {
      ...eventsOnly,
      handle: async (batch, attempt) => {
        const parked: Array<ParkRequest> = []
        const skipped: Array<SkippedEvent> = []
        const retries: Array<LaneRetry> = []
        let stop: StopAtEvent | undefined
        /**
         * The position of the first event that was not begun, or not finished. Everything before it is handled,
         * whatever is handled behind it.
         */
        let unfinishedFrom = Number.POSITIVE_INFINITY

        const handleNext = async (delivery: Delivery, own: Attempt): Promise<Outcome> => {
          const { content, event } = delivery
          if (stop !== undefined && event.position >= stop.event.position) return interrupted
          const outcome = !context.mayBegin()
            ? interrupted
            : E.isLeft(content)
              ? failedTries(content.left, 1)
              : await handleAll(content.right, delivery, own)
          if (E.isRight(outcome)) return outcome
          if (outcome.left._tag === 'Interrupted') {
            unfinishedFrom = Math.min(unfinishedFrom, event.position)
            return outcome
          }
          // An undecodable event is not retried, and with `waitForRetries` all retries are done.
          const status = attempt.waitForRetries || E.isLeft(content) ? undefined : nextRetry(policy, own.status)
          if (status === undefined) return outcome
          retries.push({ delivery, status, why: outcome.left.why })
          return interrupted
        }

        const handleLane = async (lane: ReadonlyArray<Delivery>): Promise<void> => {
          const later = { ...attempt, status: defaultRetryStatus }
          const walk = await walkLanesWithEffects(lane, policy, (delivery) =>
            handleNext(delivery, delivery === lane[0] ? attempt : later),
          )
          for (const one of walk.parked) parked.push(one)
          for (const one of walk.skipped) skipped.push(one)
          // When several events stop the handler, the first in the log decides: everything before it is handled.
          if (walk.stop !== undefined && walk.stop.event.position < (stop?.event.position ?? Number.POSITIVE_INFINITY))
            stop = walk.stop
        }

        const lanes = lanesOf(batch)
        let next = 0
        const worker = async (): Promise<void> => {
          for (let lane = lanes[next++]; lane !== undefined; lane = lanes[next++]) await handleLane(lane)
        }
        await Promise.all(Array.from({ length: Math.min(concurrency, lanes.length) }, worker))
        parked.sort((a, b) => a.delivery.event.position - b.delivery.event.position)
        if (stop !== undefined && stop.event.position < unfinishedFrom)
          return E.right({ changes: [], parked, skipped, retries, stop })
        const unfinished = batch.filter(({ event }) => event.position >= unfinishedFrom)
        return E.right({
          changes: [],
          parked,
          skipped,
          retries,
          ...(unfinished.length > 0 ? { unfinished } : undefined),
        })
      },
      close: async () => effects.close(),
    }
  }
