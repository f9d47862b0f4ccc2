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
 * Waits at most this number of milliseconds for an answer. The work may continue; its result is dropped.
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
