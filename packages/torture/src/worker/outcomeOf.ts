import { type AppendError, type Appended, describeError } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { AppendOutcome } from '../Journal.ts'

/**
 * Returns the outcome of an append for the answer of the store. `first`: it was never sent before. An overloaded store
 * has not sent this attempt, but an earlier one may have been stored.
 *
 * @category constructors
 * @since 0.1.0
 */
export const outcomeOf = (result: E.Either<AppendError, ReadonlyArray<Appended>>, first: boolean): AppendOutcome => {
  if (E.isRight(result)) {
    return {
      is: 'acknowledged',
      places: result.right.map(({ firstVersion, positions, history }) => ({ firstVersion, positions, history })),
    }
  }
  const unknown = result.left._tag === 'StoreUnavailable' || (result.left._tag === 'StoreOverloaded' && !first)
  return { is: unknown ? 'unknown' : 'refused', why: describeError(result.left), tag: result.left._tag }
}
