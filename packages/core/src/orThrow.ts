import type { either as E, taskEither as TE } from 'fp-ts'
import { describeError } from './describeError.ts'
import type { FoldlogError } from './FoldlogError.ts'

const rightOf = <A>(result: E.Either<FoldlogError, A>): A => {
  if (result._tag === 'Right') return result.right
  // The one place where foldlog throws: the caller has asked for it.
  throw new Error(describeError(result.left), { cause: result.left })
}

interface OrThrow {
  <A>(work: TE.TaskEither<FoldlogError, A>): Promise<A>
  <A>(result: E.Either<FoldlogError, A>): A
}

/**
 * Returns the value of a result, for scripts and tests. Throws an `Error` for a `Left`, or rejects the promise with it:
 * its message is the text of {@link describeError}, and its `cause` is the error itself. Applications match on the
 * error instead.
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
// Each overload gets the result of its own branch.
export const orThrow = (<A>(work: TE.TaskEither<FoldlogError, A> | E.Either<FoldlogError, A>) =>
  typeof work === 'function' ? work().then(rightOf) : rightOf(work)) as OrThrow
