import { either as E } from 'fp-ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'

/**
 * What a writer expects of a stream before it appends: `any` (nothing), `noStream` (no event yet), `streamExists` (at
 * least one event), or the exact version of its last event. Exact 0 and `noStream` accept the same streams.
 *
 * @category model
 * @since 0.1.0
 */
export type ExpectedVersion = 'any' | 'noStream' | 'streamExists' | number

/**
 * Whether a stream whose last event has the version `actual` (0: no event) meets the writer's expectation.
 *
 * @category predicates
 * @since 0.1.0
 */
const accepts = (expected: ExpectedVersion, actual: number): boolean => {
  switch (expected) {
    case 'any':
      return true
    case 'noStream':
      return actual === 0
    case 'streamExists':
      return actual > 0
    default:
      return actual === expected
  }
}

/**
 * Whether a value is an expected version: one of the three words, or an integer from 0 up.
 *
 * @category refinements
 * @since 0.1.0
 */
const is = (value: unknown): value is ExpectedVersion =>
  value === 'any' ||
  value === 'noStream' ||
  value === 'streamExists' ||
  (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)

/**
 * Checks an expected version that comes from outside. `what` names it in the error.
 *
 * @category constructors
 * @since 0.1.0
 */
const check =
  (what: string) =>
  (value: unknown): E.Either<InvalidInput, ExpectedVersion> =>
    is(value)
      ? E.right(value)
      : rejectInput(what, `must be 'any', 'noStream', 'streamExists' or an integer from 0 up, is ${format(value)}`)

/**
 * Functions on {@link ExpectedVersion}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ExpectedVersion = { accepts, check, is } as const
