import { either as E } from 'fp-ts'
import { describeUnknown } from './describeUnknown.ts'
import { kindOf } from './internal/kindOf.ts'

/**
 * Why a call of the application's code has no usable result. `why` is what it threw, or names the function and what it
 * must return; `cause` is what it threw or returned.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UserCodeFailure {
  readonly _tag: 'Threw' | 'WrongResult'
  readonly why: string
  readonly cause: unknown
}

/**
 * How a caller of the application's code makes its errors: `failed` for a call without a usable result, `left` for an
 * error that the application returned.
 *
 * @category model
 * @since 0.1.0
 */
export interface UserCodeErrors<L, Err> {
  readonly failed: (failure: UserCodeFailure) => Err
  readonly left: (left: L) => Err
}

const ignore = (): void => {}

/**
 * Handles the rejection of a promise that nobody awaits; without this, Node ends the process. It calls the intrinsic
 * `then`, because another class of promise, such as a query of a database client, may begin its work in its own `then`.
 *
 * @category combinators
 * @since 0.1.0
 */
const absorb = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  try {
    // The reason may be another promise.
    Promise.prototype.then.call(value, ignore, absorb)
  } catch {
    // The value is no promise, so there is no rejection to handle.
  }
}

/**
 * The failure of a function that returned a value of the wrong kind: `decide must return an Either, not undefined`.
 *
 * @category errors
 * @since 0.1.0
 */
const wrongResult = (name: string, expected: string, value: unknown): UserCodeFailure => {
  absorb(value)
  return { _tag: 'WrongResult', why: `${name} must return ${expected}, not ${kindOf(value)}`, cause: value }
}

/**
 * The failure of a function that threw, or whose promise was rejected.
 *
 * @category errors
 * @since 0.1.0
 */
const threw = (cause: unknown): UserCodeFailure => {
  // A promise may be thrown, too.
  absorb(cause)
  return { _tag: 'Threw', why: describeUnknown(cause), cause }
}

/**
 * The value that a function of the application returned. Throws when it is a promise, so it is called within
 * {@link UserCode}`.run`, by code that calls several functions of the application.
 *
 * @category destructors
 * @since 0.1.0
 */
const plain = <A>(name: string, value: A): A => {
  // Checks the class and not `then`: a state may have a field of any name, and folds pass here for every event.
  if (value instanceof Promise) throw new Error(wrongResult(name, 'a value', value).why)
  return value
}

/**
 * Runs a function of the application that returns a plain value. The left is what it threw, or that it returned a
 * promise, which is never a state, an id or a view.
 *
 * @category destructors
 * @since 0.1.0
 */
const run = <A>(name: string, f: () => A): E.Either<UserCodeFailure, A> => {
  try {
    return E.right(plain(name, f()))
  } catch (cause) {
    return E.left(threw(cause))
  }
}

/**
 * Reads an `Either` that a function of the application returned. The result is a copy, because a getter may answer
 * differently the next time, or throw.
 *
 * @category destructors
 * @since 0.1.0
 */
const readEither = <L, A, Err>(
  name: string,
  // A JavaScript caller may return `null` or `undefined`, whose fields cannot be read.
  answer: E.Either<L, A> | null | undefined,
  errors: UserCodeErrors<L, Err>,
): E.Either<Err, A> => {
  try {
    if (answer?._tag === 'Right') return E.right(answer.right)
    if (answer?._tag === 'Left') return E.left(errors.left(answer.left))
    return E.left(errors.failed(wrongResult(name, 'an Either', answer)))
  } catch (cause) {
    return E.left(errors.failed(threw(cause)))
  }
}

/**
 * Runs an effect of the application, a `TaskEither` or a `ReaderTaskEither`, which gets `env`. The promise never
 * rejects. The effect has failed when it throws or rejects, when `effect` does not return a task (an `async` function
 * does not), and when the task does not return an `Either`.
 *
 * @category destructors
 * @since 0.1.0
 */
const runEffect = <L, A, Err>(
  name: string,
  effect: () => (
    env: never,
  ) => PromiseLike<E.Either<L, A>> | E.Either<L, A> | (() => PromiseLike<E.Either<L, A>> | E.Either<L, A>),
  errors: UserCodeErrors<L, Err>,
  env?: unknown,
): Promise<E.Either<Err, A>> => {
  const failed = (failure: UserCodeFailure) => E.left(errors.failed(failure))
  try {
    const task: unknown = effect()
    if (typeof task !== 'function') return Promise.resolve(failed(wrongResult(name, 'a TaskEither', task)))
    const answer: unknown = task(env)
    // A `ReaderTaskEither` answers with a task.
    return Promise.resolve(typeof answer === 'function' ? answer() : answer).then(
      (result) => readEither(`the task of ${name}`, result, errors),
      (cause) => failed(threw(cause)),
    )
  } catch (cause) {
    return Promise.resolve(failed(threw(cause)))
  }
}

/**
 * The boundary to the application's code. These functions check whatever that code throws or returns, and never throw.
 * Each failure names the function of the application and what it must return.
 *
 * @category namespace
 * @since 0.1.0
 */
export const UserCode = { plain, run, readEither, runEffect, wrongResult, threw, absorb } as const
