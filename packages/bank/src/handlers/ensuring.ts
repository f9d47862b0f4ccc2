import type { task as T, taskEither as TE } from 'fp-ts'

/**
 * Runs a finalizer after work, whatever the result of the work is.
 *
 * @category combinators
 * @since 0.1.0
 */
export const ensuring =
  (finalizer: T.Task<void>) =>
  <Err, A>(work: TE.TaskEither<Err, A>): TE.TaskEither<Err, A> =>
  async () => {
    try {
      return await work()
    } finally {
      await finalizer()
    }
  }
