import { either as E, type taskEither as TE } from 'fp-ts'

/**
 * There was no answer within the time, given in milliseconds. The request may have been carried out, or may still be.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NoAnswer {
  readonly _tag: 'NoAnswer'
  readonly milliseconds: number
}

/**
 * Waits for an answer for a maximum number of milliseconds. The result of work that continues is dropped.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withTimeout =
  (milliseconds: number) =>
  <Err, A>(work: TE.TaskEither<Err, A>): TE.TaskEither<Err | NoAnswer, A> =>
  async () => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<E.Either<NoAnswer, never>>((resolve) => {
      timer = setTimeout(() => resolve(E.left({ _tag: 'NoAnswer', milliseconds })), milliseconds)
    })
    try {
      return await Promise.race([work(), late])
    } finally {
      clearTimeout(timer)
    }
  }
