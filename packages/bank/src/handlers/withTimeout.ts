import { either as E, type taskEither as TE } from 'fp-ts'

/**
 * There was no answer within this number of milliseconds. The request may have been carried out, or may still be.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NoAnswer {
  readonly _tag: 'NoAnswer'
  readonly milliseconds: number
}

/**
 * Waits at most this number of milliseconds for an answer, and fails with {@link NoAnswer} after them. The work may
 * continue; its result is dropped.
 *
 * Only a process manager may get it: to that, the error of a command is any tagged value.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withTimeout =
  (milliseconds: number) =>
  <Err, A>(work: TE.TaskEither<Err, A>): TE.TaskEither<Err, A> =>
  async () => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const noAnswer: E.Either<NoAnswer, never> = E.left({ _tag: 'NoAnswer', milliseconds })
    const late = new Promise<E.Either<never, never>>((resolve) => {
      // Middleware keeps the types of its dispatch, so no type mentions this error.
      timer = setTimeout(() => resolve(noAnswer as E.Either<never, never>), milliseconds)
    })
    try {
      return await Promise.race([work(), late])
    } finally {
      clearTimeout(timer)
    }
  }
