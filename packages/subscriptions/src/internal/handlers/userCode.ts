import { describeUnknown, type RecordedEvent } from '@foldlog/core'
import { either as E, option as O, type taskEither as TE } from 'fp-ts'
import { applyPolicy, defaultRetryStatus, type RetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlerFailure, Verdict } from '../../FailurePolicy.ts'
import { sleep } from '../async/timers.ts'
import type { Delivery } from './Delivery.ts'
import type { WorkerContext } from './HandlerWorker.ts'

export const handlerThrew = (cause: unknown): HandlerFailure => ({
  _tag: 'HandlerThrew',
  why: describeUnknown(cause),
  cause,
})

/** Runs a pure function of the user, which ought not to throw. */
export const runPure = <A>(f: () => A): E.Either<HandlerFailure, A> => E.tryCatch(f, handlerThrew)

/** Interrupted: neither completed nor failed, because the partition is ending or lost. */
export interface Interrupted {
  readonly _tag: 'Interrupted'
}

export const interrupted: E.Either<Interrupted, never> = E.left({ _tag: 'Interrupted' })

export interface RetryContext {
  readonly policy: FailurePolicy
  readonly context: Pick<WorkerContext, 'draining' | 'mayBegin' | 'markRetrying' | 'logRetry'>
}

/** Reading a value that is no Either may throw. */
const toEither = <A>(answer: E.Either<unknown, A> | undefined): E.Either<HandlerFailure, A> => {
  try {
    if (answer?._tag === 'Right') return answer
    if (answer?._tag === 'Left') return E.left({ _tag: 'HandlerReturnedError', error: answer.left })
    return E.left({ _tag: 'HandlerThrew', why: 'it returned something that is no Either', cause: answer })
  } catch (cause) {
    return E.left(handlerThrew(cause))
  }
}

/**
 * When a failed event is retried; `undefined` when it is not. When a policy throws, or its result is not usable, there
 * is no further attempt: the verdict follows.
 */
export const nextRetry = ({ retry }: FailurePolicy, status: RetryStatus): RetryStatus | undefined => {
  const next = runPure(() => {
    const applied = applyPolicy(retry, status)
    // NaN is neither a delay nor an end.
    return O.isSome(applied.previousDelay) && !Number.isNaN(applied.previousDelay.value) ? applied : undefined
  })
  return E.isRight(next) ? next.right : undefined
}

/** Milliseconds before the next attempt, 0 for the first. */
export const delayOf = ({ previousDelay }: RetryStatus): number => (O.isSome(previousDelay) ? previousDelay.value : 0)

/** The result of a user's effect. Its types are erased: it may return anything, or throw before there is a promise. */
export const runEffect = <A>(effect: () => TE.TaskEither<unknown, A>): Promise<E.Either<HandlerFailure, A>> => {
  try {
    return Promise.resolve(effect()()).then(toEither, (cause) => E.left(handlerThrew(cause)))
  } catch (cause) {
    return Promise.resolve(E.left(handlerThrew(cause)))
  }
}

/**
 * Retries a delivery until it succeeds, the policy ends the retries, or the partition ends. `tryOnce` gets the number
 * of the attempt, from 1.
 */
export const retryWithPolicy = async <A>(
  tryOnce: (attempt: number) => Promise<E.Either<HandlerFailure | Interrupted, A>>,
  delivery: Delivery,
  { policy, context }: RetryContext,
): Promise<E.Either<HandlerFailure | Interrupted, A>> => {
  for (let status: RetryStatus = defaultRetryStatus; ; ) {
    const outcome = await tryOnce(status.iterNumber + 1)
    if (E.isRight(outcome) || outcome.left._tag === 'Interrupted') return outcome
    const next = nextRetry(policy, status)
    if (next === undefined) return outcome
    status = next
    context.logRetry({ delivery, status, why: outcome.left })
    const done = context.markRetrying()
    await sleep(delayOf(status), context.draining)
    done()
    if (!context.mayBegin()) return interrupted
  }
}

/** The verdict of a policy; `park` when the policy throws, or returns no valid verdict. */
export const verdictFor = (policy: FailurePolicy, failure: HandlerFailure, event: RecordedEvent): Verdict => {
  const verdict = runPure(() => policy.verdict(failure, event))
  return E.isRight(verdict) && (verdict.right === 'skip' || verdict.right === 'stop') ? verdict.right : 'park'
}
