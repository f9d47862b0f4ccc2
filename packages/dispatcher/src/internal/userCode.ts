import type { RetryPolicy } from '@foldlog/core'
import { UserCode, type UserCodeErrors, type UserCodeFailure } from '@foldlog/core/store'
import { either as E, option as O, type readerTaskEither as RTE } from 'fp-ts'
import type { DomainCodeFailed } from '../DispatchError.ts'

const failedFor =
  (command: string) =>
  ({ why, cause }: UserCodeFailure): DomainCodeFailed => ({ _tag: 'DomainCodeFailed', command, why, cause })

/** The error of a command whose domain code threw. */
export const domainCodeFailed = (command: string, cause: unknown): DomainCodeFailed =>
  failedFor(command)(UserCode.threw(cause))

/** The error of a command whose domain code returned something that it must not return. */
export const wrongResult = (command: string, name: string, expected: string, value: unknown): DomainCodeFailed =>
  failedFor(command)(UserCode.wrongResult(name, expected, value))

/**
 * Runs the application's domain code, which should not throw. An exception fails only the command concerned. `name` is
 * the function that must return a value.
 */
export const runUserCode = <A>(command: string, f: () => A, name = command): E.Either<DomainCodeFailed, A> => {
  const result = UserCode.run(name, f)
  return E.isLeft(result) ? E.left(failedFor(command)(result.left)) : result
}

const errorsFor = (command: string): UserCodeErrors<unknown, unknown> => ({
  failed: failedFor(command),
  // A rejection of the domain is the result, unchanged.
  left: (error) => error,
})

/** Runs a decision. The left is the rejection of the domain, or the failure of its code. */
export const runDecision = <A>(command: string, decide: () => E.Either<unknown, A>): E.Either<unknown, A> => {
  try {
    return UserCode.readEither('decide', decide(), errorsFor(command))
  } catch (cause) {
    return E.left(domainCodeFailed(command, cause))
  }
}

/** Runs an effectful decision; fails when it does not end within `ms` milliseconds. */
export const runEffectfulDecision = <A>(
  command: string,
  effect: () => RTE.ReaderTaskEither<unknown, unknown, A>,
  env: unknown,
  ms: number,
): Promise<E.Either<unknown, A>> =>
  new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve(E.left(domainCodeFailed(command, { message: `an effect did not end within ${ms} ms` }))),
      ms,
    )
    const startTask = () => {
      const reader = effect()
      // A value that is no function is passed on, so that the error says what it is.
      return typeof reader === 'function' ? reader(env) : reader
    }
    void UserCode.runEffect('the effect', startTask, errorsFor(command)).then((outcome) => {
      clearTimeout(timer)
      resolve(outcome)
    })
  })

/** A retry policy that throws, or whose delay is not a valid time, allows no further attempt. */
export const safeRetryPolicy =
  (policy: RetryPolicy): RetryPolicy =>
  (status) => {
    const delay = UserCode.run('retry', () => {
      const answer = UserCode.plain('retry', policy(status))
      return O.isSome(answer) && answer.value >= 0 ? O.some(Math.min(answer.value, 2 ** 31 - 1)) : O.none
    })
    return E.isRight(delay) ? delay.right : O.none
  }
