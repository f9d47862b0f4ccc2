import type { either as E, taskEither as TE } from 'fp-ts'
import { describeError } from './describeError.ts'
import type { FoldlogError } from './FoldlogError.ts'

const rightOf = <A>(result: E.Either<FoldlogError, A>): A => {
  if (result._tag === 'Right') return result.right
  // The one place where foldlog throws: the caller has asked for it.
  throw new Error(describeError(result.left), { cause: result.left })
}

/**
 * The value of a result, for scripts and tests. A `Left` is thrown as an `Error` (a promise is rejected with it): its
 * message is {@link describeError}'s text, and its `cause` is the error itself. Applications match on the error instead.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { orThrow, StreamName } from '@foldlog/core'
 *
 * console.log(orThrow(StreamName.parse('account-7')))
 * ```
 *
 * ```text
 * account-7
 * ```
 */
export function orThrow<A>(work: TE.TaskEither<FoldlogError, A>): Promise<A>
export function orThrow<A>(result: E.Either<FoldlogError, A>): A
export function orThrow<A>(work: TE.TaskEither<FoldlogError, A> | E.Either<FoldlogError, A>): Promise<A> | A {
  return typeof work === 'function' ? work().then(rightOf) : rightOf(work)
}
