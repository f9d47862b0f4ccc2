import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { checkPageSize } from '../values/internal/pageSize.ts'
import { type CheckedQuery, Query } from '../values/Query.ts'
import { Marker } from './Marker.ts'

/**
 * Selects events that meet a query: at most `limit` of them (1,000 when absent), only those that `after` has not seen,
 * in the order of positions or, `backward`, in the opposite order.
 *
 * What is read after a marker may have lower positions than what was read before: its transactions were open then. A
 * fold that depends on the order must begin anew when that happens.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReadMatchingOptions {
  readonly query: Query
  readonly after?: Marker | undefined
  readonly limit?: number | undefined
  readonly backward?: boolean | undefined
}

/**
 * {@link ReadMatchingOptions} with every default filled in: `limit` is a number of events, `after` is `null` when
 * the caller gave none.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedReadMatching {
  readonly query: CheckedQuery
  readonly after: Marker | null
  readonly limit: number
  readonly backward: boolean
}

/**
 * Checks the options of a read of matching events in the log `log`, as `Marker.check` does, and fills in the
 * defaults.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (options: ReadMatchingOptions, log: string | undefined): Checked<CheckedReadMatching> => {
  if (typeof options !== 'object' || options === null)
    return rejectInput('options', `must be an object, is ${format(options)}`)
  const { backward = false } = options
  if (typeof backward !== 'boolean') return rejectInput('backward', `must be true or false, is ${format(backward)}`)
  const query = Query.check('query')(options.query)
  if (E.isLeft(query)) return query
  const limit = checkPageSize(options.limit, 'limit')
  if (E.isLeft(limit)) return limit
  const read = { query: query.right, limit: limit.right, backward }
  if (options.after === undefined) return E.right({ ...read, after: null })
  const after = Marker.check('after', log)(options.after)
  return E.isLeft(after) ? after : E.right({ ...read, after: after.right })
}

/**
 * Functions on {@link ReadMatchingOptions}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ReadMatchingOptions = { check } as const
