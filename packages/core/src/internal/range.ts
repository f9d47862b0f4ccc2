import { either as E } from 'fp-ts'
import { type InvalidInput, refuse } from '../InvalidInput.ts'
import { Limits } from '../Limits.ts'
import { show } from './problems.ts'

/** The size of a page: 1,000 when absent, at most what the limits allow. */
export const checkCount = (count = 1_000): E.Either<InvalidInput, number> =>
  Number.isSafeInteger(count) && count >= 1 && count <= Limits.pageSize
    ? E.right(count)
    : refuse('count', `must be an integer from 1 to ${Limits.pageSize}, is ${show(count)}`)
