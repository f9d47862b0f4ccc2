import { either as E } from 'fp-ts'

/**
 * The input was rejected before anything was written or read. `what` names the wrong part, `why` says what would be
 * valid.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidInput {
  readonly _tag: 'InvalidInput'
  readonly what: string
  readonly why: string
}

/**
 * Makes an {@link InvalidInput}.
 *
 * @category errors
 * @since 0.1.0
 */
export const invalidInput = (what: string, why: string): InvalidInput => ({ _tag: 'InvalidInput', what, why })

/**
 * What a check of input returns.
 *
 * @category model
 * @since 0.1.0
 */
export type Checked<A> = E.Either<InvalidInput, A>

/**
 * An {@link InvalidInput} as the left of an `Either`.
 *
 * @category errors
 * @since 0.1.0
 */
export const rejectInput = (what: string, why: string): E.Either<InvalidInput, never> => E.left(invalidInput(what, why))
