import { UserCode, type UserCodeFailure } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'

// The functions of routes and of their environment are code of the application. What they throw, and what they must not
// return, is an error of the program: these functions throw it, and the responder answers 500 and logs it.

const errorOf = ({ _tag, why, cause }: UserCodeFailure): unknown => (_tag === 'Threw' ? cause : new Error(why))

/** A function that returns a value at once. The promise of a function that is `async` by mistake may reject. */
export const called =
  <Input extends ReadonlyArray<unknown>, A>(name: string, f: (...input: Input) => A) =>
  (...input: Input): A =>
    UserCode.plain(name, f(...input))

/** An effect, as an effect that throws what is no error of it. */
export const runRoute =
  <Err, A>(name: string, effect: () => TE.TaskEither<Err, A>): TE.TaskEither<Err, A> =>
  async () => {
    const wrong: Array<unknown> = []
    const done = await UserCode.runEffect<Err, A, Err | undefined>(name, effect, {
      failed: (failure) => void wrong.push(errorOf(failure)),
      left: (error) => error,
    })
    if (wrong.length > 0) throw wrong[0]
    // A failure was thrown above, so the left is that of the effect.
    return done as E.Either<Err, A>
  }

/** An `Either` that a function has returned. */
const readRoute = <Err, A>(name: string, either: E.Either<Err, A>): E.Either<Err, A> => {
  const wrong: Array<unknown> = []
  const read = UserCode.readEither<Err, A, Err | undefined>(name, either, {
    failed: (failure) => void wrong.push(errorOf(failure)),
    left: (error) => error,
  })
  if (wrong.length > 0) throw wrong[0]
  // As above.
  return read as E.Either<Err, A>
}

/**
 * What a function returns that may return a value, an `Either` or a `TaskEither`. A value is an object of a type that
 * `isValue` recognizes.
 */
export const runSent =
  <Err, A>(
    name: string,
    f: () => A | E.Either<Err, A> | TE.TaskEither<Err, A>,
    expected: string,
    isValue: (sent: object) => boolean,
  ): TE.TaskEither<Err, A> =>
  async () => {
    const sent: unknown = f()
    // The type of `f` says what a function is.
    if (typeof sent === 'function') return runRoute(name, () => sent as TE.TaskEither<Err, A>)()
    if (typeof sent === 'object' && sent !== null && !(sent instanceof Promise)) {
      if (isValue(sent)) return E.right(sent as A) // The type of `f` says so.
      if ('_tag' in sent) return readRoute(name, sent as E.Either<Err, A>) // As above: a tagged object is an `Either`.
    }
    throw new Error(UserCode.wrongResult(name, expected, sent).why)
  }
