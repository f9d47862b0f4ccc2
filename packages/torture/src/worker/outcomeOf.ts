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
      places: result.right.map(({ firstVersion, positions, history, markers }) => ({
        firstVersion,
        positions,
        history,
        ...(markers?.[0] === undefined ? {} : { marker: markers[0] }),
      })),
    }
  }
  const changed = result.left._tag === 'BoundaryChanged' ? result.left : undefined
  const unknown = result.left._tag === 'StoreUnavailable' || (result.left._tag === 'StoreOverloaded' && !first)
  const { _tag: tag } = result.left
  const why = describeError(result.left)
  if (unknown) return { is: 'unknown', why, tag }
  return {
    is: 'refused',
    why,
    tag,
    ...(changed === undefined ? {} : { conflicts: changed.conflicts.map(({ position }) => position) }),
    ...(changed?.rewound === true ? { rewound: true } : {}),
  }
}
