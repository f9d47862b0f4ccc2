import type * as t from 'io-ts'
import type { Problem } from './DecodeFailure.ts'
import { problemsOf } from './internal/problems.ts'

/**
 * What io-ts found wrong with a value, each with its path. `root` names the whole value: the path of `amount` in a body is `body.amount`.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (errors: t.Errors, root: string): ReadonlyArray<Problem> => problemsOf(errors, root)

/**
 * Functions on lists of {@link Problem}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Problems = { of } as const
