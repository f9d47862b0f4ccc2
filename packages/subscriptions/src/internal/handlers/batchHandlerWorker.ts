import { either as E, readonlyArray as RA, type readonlyNonEmptyArray as RNEA } from 'fp-ts'
import type { AnyRecorded, HandlerContext } from '../../EventHandler.ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { HandlerEffect } from '../../HandlerEffect.ts'
import type { Delivery } from './Delivery.ts'
import { LazyHandlerContext } from './eventHandlerWorker.ts'
import { emptyUnit, eventsOnly, type HandlerWorker, type UnitOfWork, type WorkerContext } from './HandlerWorker.ts'
import { makeRunningEffects } from './RunningEffects.ts'
import { type FailedTries, failedTries, type Interrupted, interrupted, retryWithPolicy } from './userCode.ts'
import { walkLanesWithEffects } from './walkLanes.ts'

export interface BatchHandlerWorkerOptions {
  readonly handle: (
    events: RNEA.ReadonlyNonEmptyArray<AnyRecorded>,
    context: HandlerContext,
  ) => HandlerEffect<never, unknown>
  /** The environment of its effects. */
  readonly env: unknown
  readonly policy: FailurePolicy
  /** Milliseconds for one attempt. */
  readonly timeout: number
}

type Outcome = E.Either<HandlerFailure | Interrupted, unknown>

const contentOf = (deliveries: ReadonlyArray<Delivery>): ReadonlyArray<AnyRecorded> =>
  deliveries.flatMap(({ content }) => (E.isRight(content) ? content.right : []))

const samePosition = ([first, ...rest]: ReadonlyArray<Delivery>): boolean =>
  rest.every(({ event }) => event.position === first?.event.position)

/** The worker of a batch handler. When a batch fails, its events are handled one by one, to find the failing one. */
export const batchHandlerWorker =
  ({ handle, env, policy, timeout }: BatchHandlerWorkerOptions) =>
  (context: WorkerContext): HandlerWorker => {
    const effects = makeRunningEffects(timeout, context.signal, env)

    /** One attempt. An event may decode to nothing: then there is nothing to deliver. */
    const tryOnce = async (events: ReadonlyArray<AnyRecorded>, attempt: number): Promise<Outcome> =>
      RA.isNonEmpty(events)
        ? effects.run((signal) => handle(events, new LazyHandlerContext(attempt, signal)))
        : E.right(undefined)

    const handleOne = async (delivery: Delivery): Promise<E.Either<FailedTries | Interrupted, unknown>> =>
      E.isLeft(delivery.content)
        ? failedTries(delivery.content.left, 1)
        : retryWithPolicy((attempt) => tryOnce(contentOf([delivery]), attempt), delivery, { policy, context })

    /** In log order, so that everything before the position where it ends is handled, parked or skipped. */
    const oneByOne = async (batch: ReadonlyArray<Delivery>): Promise<UnitOfWork> => {
      const { interruptedAt, ...verdicts } = await walkLanesWithEffects(batch, policy, async (delivery) =>
        context.mayBegin() ? handleOne(delivery) : interrupted,
      )
      const from = interruptedAt?.event.position
      return {
        ...emptyUnit,
        ...verdicts,
        ...(from === undefined ? undefined : { unfinished: batch.filter(({ event }) => event.position >= from) }),
      }
    }

    return {
      ...eventsOnly,
      handle: async (batch) => {
        // An undecodable event is handled alone; the other events still form batches.
        const bad = batch.findIndex(({ content }) => E.isLeft(content))
        const taken = bad < 0 ? batch : batch.slice(0, Math.max(1, bad))
        const rest = batch.slice(taken.length)
        if (!samePosition(taken) && context.mayBegin()) {
          const outcome = await tryOnce(contentOf(taken), 1)
          if (E.isRight(outcome)) return E.right({ ...emptyUnit, unfinished: rest })
          if (outcome.left._tag === 'Interrupted') return E.right({ ...emptyUnit, unfinished: batch })
          context.logSplit(taken, outcome.left)
        }
        const unit = await oneByOne(taken)
        return E.right(unit.stop === undefined ? { ...unit, unfinished: [...(unit.unfinished ?? []), ...rest] } : unit)
      },
      close: async () => effects.close(),
    }
  }
