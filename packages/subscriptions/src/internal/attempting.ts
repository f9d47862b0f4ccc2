import type { RecordedEvent } from '@foldlog/core'
import { either as E, option as O, type taskEither as TE } from 'fp-ts'
import { applyPolicy, defaultRetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import { sleep } from './sleep.ts'

/** By shape: an error of another realm (a Jest sandbox) is no `instanceof Error`. */
const messageOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown)

export const threw = (cause: unknown): HandlingFailure => ({ _tag: 'HandlerThrew', why: messageOf(cause), cause })

/** Runs a pure function of the user's, which ought not to throw. */
export const attempt = <A>(f: () => A): E.Either<HandlingFailure, A> => E.tryCatch(f, threw)

export interface Attempting {
  readonly policy: FailurePolicy
  readonly timeout: number
  readonly signal: AbortSignal
}

/** One try, which must end in time. Its signal fires when time is up, or when the work is not wanted any more. */
const tryOnce = <A>(
  effect: (signal: AbortSignal) => TE.TaskEither<unknown, A>,
  { timeout, signal }: Attempting,
): Promise<E.Either<HandlingFailure, A>> =>
  new Promise((resolve) => {
    const own = new AbortController()
    const end = (outcome: E.Either<HandlingFailure, A>) => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
      resolve(outcome)
    }
    const abort = () => own.abort()
    const timer = setTimeout(() => {
      own.abort()
      end(E.left({ _tag: 'HandlerTimedOut', milliseconds: timeout }))
    }, timeout)
    if (signal.aborted) own.abort()
    signal.addEventListener('abort', abort, { once: true })
    Promise.resolve()
      .then(() => effect(own.signal)())
      .then(
        (answer) => end(E.isLeft(answer) ? E.left({ _tag: 'HandlerRefused', error: answer.left }) : answer),
        (cause) => end(E.left(threw(cause))),
      )
  })

/** Tries an effect until it succeeds, or the policy has had enough, or nobody wants it any more. */
export const insistently = async <A>(
  effect: (signal: AbortSignal, attempt: number) => TE.TaskEither<unknown, A>,
  attempting: Attempting,
): Promise<E.Either<HandlingFailure, A>> => {
  const { policy, signal } = attempting
  for (let status = defaultRetryStatus; ; ) {
    const outcome = await tryOnce((own) => effect(own, status.iterNumber + 1), attempting)
    if (E.isRight(outcome) || signal.aborted) return outcome
    status = applyPolicy(policy.retry, status)
    if (O.isNone(status.previousDelay)) return outcome
    await sleep(status.previousDelay.value, signal)
    if (signal.aborted) return outcome
  }
}

/** What a policy says of a failure; a policy that throws has said: park. */
export const verdictOn = (policy: FailurePolicy, failure: HandlingFailure, event: RecordedEvent) => {
  const said = attempt(() => policy.verdict(failure, event))
  return E.isRight(said) ? said.right : 'park'
}
