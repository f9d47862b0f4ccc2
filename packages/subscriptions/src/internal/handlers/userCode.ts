import type { RecordedEvent } from '@foldlog/core'
import { UserCode, type UserCodeErrors, type UserCodeFailure } from '@foldlog/core/store'
import { either as E, option as O } from 'fp-ts'
import { applyPolicy, defaultRetryStatus, type RetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlerFailure, Verdict } from '../../FailurePolicy.ts'
import type { HandlerEffect } from '../../HandlerEffect.ts'
import { sleep } from '../async/timers.ts'
import type { Delivery } from './Delivery.ts'
import type { WorkerContext } from './HandlerWorker.ts'

/** The failure of an event whose handler threw. */
export const handlerThrew = (cause: unknown): HandlerFailure => failed(UserCode.threw(cause))

const failed = ({ why, cause }: UserCodeFailure): HandlerFailure => ({ _tag: 'HandlerThrew', why, cause })

/** Runs a pure function of the user, which must not throw. `name` is the function that must return a value. */
export const runPure = <A>(f: () => A, name = 'the function'): E.Either<HandlerFailure, A> => {
  const result = UserCode.run(name, f)
  return E.isLeft(result) ? E.left(failed(result.left)) : result
}

/** Interrupted: neither completed nor failed, because the partition is ending or lost. */
export interface Interrupted {
  readonly _tag: 'Interrupted'
}

export const interrupted: E.Either<Interrupted, never> = E.left({ _tag: 'Interrupted' })

/** An event failed, after so many tries. */
export interface FailedTries {
  readonly _tag: 'FailedTries'
  readonly why: HandlerFailure
  readonly tries: number
}

export const failedTries = (why: HandlerFailure, tries: number): E.Either<FailedTries, never> =>
  E.left({ _tag: 'FailedTries', why, tries })

export interface RetryContext {
  readonly policy: FailurePolicy
  readonly context: Pick<WorkerContext, 'draining' | 'mayBegin' | 'markRetrying' | 'logRetry'>
}

const errors: UserCodeErrors<unknown, HandlerFailure> = {
  failed,
  left: (error) => ({ _tag: 'HandlerReturnedError', error }),
}

/**
 * When a failed event is retried; `undefined` when it is not. When a policy throws, or its result is not usable, there
 * is no further attempt: the verdict follows.
 */
export const nextRetry = ({ retry }: FailurePolicy, status: RetryStatus): RetryStatus | undefined => {
  // A policy that returns a promise is invalid, and the rejection of its promise must be caught.
  const delay = runPure(() => retry(status), 'retry')
  if (E.isLeft(delay)) return undefined
  const next = runPure(() => {
    const applied = applyPolicy(() => delay.right, status)
    const { previousDelay } = applied
    // NaN is neither a delay nor an end.
    return O.isSome(previousDelay) && typeof previousDelay.value === 'number' && !Number.isNaN(previousDelay.value)
      ? applied
      : undefined
  })
  return E.isRight(next) ? next.right : undefined
}

/** Milliseconds before the next attempt, 0 for the first. */
export const delayOf = ({ previousDelay }: RetryStatus): number => (O.isSome(previousDelay) ? previousDelay.value : 0)

/** The result of a user's effect. Its types are erased: it may return anything, or throw before it has a promise. */
export const runEffect = (
  effect: () => HandlerEffect<never, unknown>,
  env: unknown,
): Promise<E.Either<HandlerFailure, unknown>> => UserCode.runEffect('handle', effect, errors, env)

/**
 * Retries a delivery until it succeeds, the policy ends the retries, or the partition ends. `tryOnce` gets the number
 * of the attempt, from 1.
 */
export const retryWithPolicy = async <A>(
  tryOnce: (attempt: number) => Promise<E.Either<HandlerFailure | Interrupted, A>>,
  delivery: Delivery,
  { policy, context }: RetryContext,
): Promise<E.Either<FailedTries | Interrupted, A>> => {
  for (let status: RetryStatus = defaultRetryStatus; ; ) {
    const outcome = await tryOnce(status.iterNumber + 1)
    if (E.isRight(outcome)) return outcome
    if (outcome.left._tag === 'Interrupted') return interrupted
    const next = nextRetry(policy, status)
    if (next === undefined) return failedTries(outcome.left, status.iterNumber + 1)
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
