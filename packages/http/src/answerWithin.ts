import { either as E, type taskEither as TE } from 'fp-ts'
import type { RequestError } from './RequestError.ts'

/** Milliseconds for the work itself, on top of the wait. */
const grace = 2_000

/**
 * Answers at the latest two seconds after the wait that the client prefers, in milliseconds. Otherwise a client that
 * prefers to wait for 2 seconds would wait for half a minute while the store is away. The work goes on, and may still
 * succeed. Without a preferred wait there is no limit.
 *
 * Errors: those of the work, and `NotAnsweredInTime`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerWithin =
  (wait: number | undefined) =>
  <Err, A>(work: TE.TaskEither<Err, A>): TE.TaskEither<Err | RequestError, A> =>
  () => {
    if (wait === undefined) return work()
    return new Promise((resolve, reject) => {
      const late: E.Either<RequestError, A> = E.left({ _tag: 'NotAnsweredInTime', wait })
      const timer = setTimeout(() => resolve(late), wait + grace)
      work()
        .then(resolve, reject)
        .finally(() => clearTimeout(timer))
    })
  }
