import { UserCode, type UserCodeFailure } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'

// The functions of routes and of their environment are code of the application. When they throw, or return what they
// must not, the program has an error: these functions throw it, and the responder answers 500 and logs it.

const errorOf = ({ _tag, why, cause }: UserCodeFailure): unknown => (_tag === 'Threw' ? cause : new Error(why))

/** The same function, but it throws for a promise, which an `async` function returns by mistake, and absorbs it. */
export const called =
  <Input extends ReadonlyArray<unknown>, A>(name: string, f: (...input: Input) => A) =>
  (...input: Input): A =>
    UserCode.plain(name, f(...input))

/** The same effect, but it throws what is none of its errors. */
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
 * The result of a function that may return a value, an `Either` or a `TaskEither`. `isValue` recognizes a value among
 * objects.
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
