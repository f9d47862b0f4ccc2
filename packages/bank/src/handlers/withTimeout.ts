import { either as E, type taskEither as TE } from 'fp-ts'

/**
 * Nobody answered in time, given in milliseconds. What was asked may be done, or be done yet.
 *
 * @category errors
 * @since 0.1.0
 */
export interface NoAnswer {
  readonly _tag: 'NoAnswer'
  readonly milliseconds: number
}

/**
 * Waits for an answer no longer than so many milliseconds. Work that goes on all the same goes on unheard.
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
