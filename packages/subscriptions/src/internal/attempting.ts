import { describeUnknown, type RecordedEvent } from '@foldlog/core'
import { either as E, option as O, type taskEither as TE } from 'fp-ts'
import { applyPolicy, defaultRetryStatus, type RetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlingFailure, Verdict } from '../FailurePolicy.ts'
import { sleep } from './sleep.ts'
import type { WorkTools } from './Work.ts'

export const threw = (cause: unknown): HandlingFailure => ({ _tag: 'HandlerThrew', why: describeUnknown(cause), cause })

/** Runs a pure function of the user's, which ought not to throw. */
export const attempt = <A>(f: () => A): E.Either<HandlingFailure, A> => E.tryCatch(f, threw)

/** It was neither done nor given up: nobody wants it here any more. */
export interface Undone {
  readonly _tag: 'Undone'
}

export const undone: E.Either<Undone, never> = E.left({ _tag: 'Undone' })

export interface Attempting {
  readonly policy: FailurePolicy
  readonly tools: Pick<WorkTools, 'ending' | 'mayBegin' | 'retrying'>
}

/** Reading a value that is no Either may throw. */
const answered = <A>(answer: E.Either<unknown, A> | undefined): E.Either<HandlingFailure, A> => {
  try {
    if (answer?._tag === 'Right') return answer
    if (answer?._tag === 'Left') return E.left({ _tag: 'HandlerRefused', error: answer.left })
    return E.left({ _tag: 'HandlerThrew', why: 'it answered with something that is no Either', cause: answer })
  } catch (cause) {
    return E.left(threw(cause))
  }
}

/**
 * When a failed event is tried again; `undefined` when it is not. When a policy throws, or its answer is not usable,
 * there is no further try: the verdict follows.
 */
export const nextTry = ({ retry }: FailurePolicy, status: RetryStatus): RetryStatus | undefined => {
  const next = attempt(() => {
    const applied = applyPolicy(retry, status)
    // NaN is neither a time to wait nor an end.
    return O.isSome(applied.previousDelay) && !Number.isNaN(applied.previousDelay.value) ? applied : undefined
  })
  return E.isRight(next) ? next.right : undefined
}

/** Milliseconds before the next try, 0 for the first. */
export const delayOf = ({ previousDelay }: RetryStatus): number => (O.isSome(previousDelay) ? previousDelay.value : 0)

/** What a user's effect comes to. Types are erased where it was written: it may answer with anything, or throw before there is a promise. */
export const answerOf = <A>(effect: () => TE.TaskEither<unknown, A>): Promise<E.Either<HandlingFailure, A>> => {
  try {
    return Promise.resolve(effect()()).then(answered, (cause) => E.left(threw(cause)))
  } catch (cause) {
    return Promise.resolve(E.left(threw(cause)))
  }
}

/** Tries until it succeeds, or the policy has had enough, or nobody wants it any more. `tryOnce` gets the number of the try, from 1. */
export const insistently = async <A>(
  tryOnce: (attempt: number) => Promise<E.Either<HandlingFailure | Undone, A>>,
  { policy, tools }: Attempting,
): Promise<E.Either<HandlingFailure | Undone, A>> => {
  for (let status: RetryStatus = defaultRetryStatus; ; ) {
    const outcome = await tryOnce(status.iterNumber + 1)
    if (E.isRight(outcome) || outcome.left._tag === 'Undone') return outcome
    const next = nextTry(policy, status)
    if (next === undefined) return outcome
    status = next
    const done = tools.retrying()
    await sleep(delayOf(status), tools.ending)
    done()
    if (!tools.mayBegin()) return undone
  }
}

/** What a policy says of a failure; a policy that throws, or says nothing that can be done, has said: park. */
export const verdictOn = (policy: FailurePolicy, failure: HandlingFailure, event: RecordedEvent): Verdict => {
  const said = attempt(() => policy.verdict(failure, event))
  return E.isRight(said) && (said.right === 'skip' || said.right === 'stop') ? said.right : 'park'
}
