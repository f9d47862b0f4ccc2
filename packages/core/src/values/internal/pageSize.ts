import { either as E } from 'fp-ts'
import { type InvalidInput, rejectInput } from '../InvalidInput.ts'
import { Limits } from '../Limits.ts'
import { format } from './format.ts'

/** Checks the size of a page, and fills in the default. */
export const checkPageSize = (
  count: number = Limits.defaultPageSize,
  what = 'count',
): E.Either<InvalidInput, number> =>
  Number.isSafeInteger(count) && count >= 1 && count <= Limits.pageSize
    ? E.right(count)
    : rejectInput(what, `must be an integer from 1 to ${Limits.pageSize}, is ${format(count)}`)
