import type { RecordedEvent } from '@foldlog/core'
import { either as E, option as O, type taskEither as TE } from 'fp-ts'
import { applyPolicy, defaultRetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlingFailure, Verdict } from '../FailurePolicy.ts'
import { orAbandoned, sleep, timerMs } from './sleep.ts'
import type { WorkTools } from './Work.ts'

/** By shape: an error of another realm (a Jest sandbox) is no `instanceof Error`. */
const messageOf = (thrown: unknown): string =>
  typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown)

export const threw = (cause: unknown): HandlingFailure => ({ _tag: 'HandlerThrew', why: messageOf(cause), cause })

/** Runs a pure function of the user's, which ought not to throw. */
export const attempt = <A>(f: () => A): E.Either<HandlingFailure, A> => E.tryCatch(f, threw)

/** It was neither done nor given up: nobody wants it here any more. */
export interface Undone {
  readonly _tag: 'Undone'
}

const undone: E.Either<Undone, never> = E.left({ _tag: 'Undone' })

export interface Attempting {
  readonly policy: FailurePolicy
  readonly timeout: number
  readonly tools: Pick<WorkTools, 'signal' | 'ending' | 'mayBegin' | 'retrying'>
}

/** What a user's effect came to. Types are erased where it was written: it may answer with anything, or throw before there is a promise. */
export const answerOf = async <A>(effect: () => TE.TaskEither<unknown, A>): Promise<E.Either<HandlingFailure, A>> => {
  try {
    const answer = await effect()()
    if (answer?._tag === 'Left') return E.left({ _tag: 'HandlerRefused', error: answer.left })
    if (answer?._tag === 'Right') return answer
    return E.left({ _tag: 'HandlerThrew', why: 'it answered with something that is no Either', cause: answer })
  } catch (cause) {
    return E.left(threw(cause))
  }
}

/** One try, which must end in time. Its signal fires when time is up, or when the work is not wanted any more. */
const tryOnce = async <A>(
  effect: (signal: AbortSignal) => TE.TaskEither<unknown, A>,
  { timeout, tools: { signal } }: Attempting,
): Promise<E.Either<HandlingFailure | Undone, A>> => {
  const own = new AbortController()
  const abort = () => own.abort()
  if (signal.aborted) return undone
  signal.addEventListener('abort', abort, { once: true })
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<E.Either<HandlingFailure, A>>((resolve) => {
    timer = setTimeout(() => {
      resolve(E.left({ _tag: 'HandlerTimedOut', milliseconds: timeout }))
      own.abort()
    }, timerMs(timeout))
  })
  const work = Promise.race([answerOf(() => effect(own.signal)), late])
  const outcome: E.Either<HandlingFailure | Undone, A> = (await orAbandoned(work, signal)) ?? undone
  clearTimeout(timer)
  signal.removeEventListener('abort', abort)
  // What fails after it was told to end has failed because of that.
  return E.isRight(outcome) || !signal.aborted ? outcome : undone
}

/** Tries an effect until it succeeds, or the policy has had enough, or nobody wants it any more. */
export const insistently = async <A>(
  effect: (signal: AbortSignal, attempt: number) => TE.TaskEither<unknown, A>,
  attempting: Attempting,
): Promise<E.Either<HandlingFailure | Undone, A>> => {
  const { policy, tools } = attempting
  for (let status = defaultRetryStatus; ; ) {
    const outcome = await tryOnce((own) => effect(own, status.iterNumber + 1), attempting)
    if (E.isRight(outcome) || outcome.left._tag === 'Undone') return outcome
    status = applyPolicy(policy.retry, status)
    if (O.isNone(status.previousDelay)) return outcome
    const done = tools.retrying()
    await sleep(status.previousDelay.value, tools.ending)
    done()
    if (!tools.mayBegin()) return undone
  }
}

/** What a policy says of a failure; a policy that throws, or says nothing that can be done, has said: park. */
export const verdictOn = (policy: FailurePolicy, failure: HandlingFailure, event: RecordedEvent): Verdict => {
  const said = attempt(() => policy.verdict(failure, event))
  return E.isRight(said) && (said.right === 'skip' || said.right === 'stop') ? said.right : 'park'
}
