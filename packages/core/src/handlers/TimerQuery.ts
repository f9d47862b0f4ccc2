import { either as E } from 'fp-ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { checkInput, date, object, optional } from '../values/internal/inputCodecs.ts'
import { checkPageSize } from '../values/internal/pageSize.ts'
import type { HandlerDocument } from './HandlerDocument.ts'
import { documentKey, generation, handlerName } from './internal/handlerCodecs.ts'

/**
 * Selects the pending timers of a handler, of its serving generation when none is named, in the order in which they are
 * due: those behind the timer `after`. At most `count` timers, 1,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface TimerQuery {
  readonly name: string
  readonly generation?: number | undefined
  readonly after?: { readonly due: Date; readonly key: string } | undefined
  readonly count?: number | undefined
}

/**
 * A page of timers: documents of the kind `timer`, ordered by due time, then key. `generation` is the one that was
 * read, 0 for an unknown handler. `end` means that no later timer is pending.
 *
 * @category model
 * @since 0.1.0
 */
export interface TimerPage {
  readonly generation: number
  readonly documents: ReadonlyArray<HandlerDocument>
  readonly end: boolean
}

/**
 * {@link TimerQuery} with the defaults filled in: `count` is a number of timers.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedTimerQuery extends TimerQuery {
  readonly count: number
}

const parts = object({
  name: handlerName,
  generation: optional(generation),
  after: optional(object({ due: date, key: documentKey })),
})

/**
 * Checks a query for timers and fills in the default.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (query: TimerQuery): Checked<CheckedTimerQuery> => {
  if (typeof query !== 'object' || query === null) return rejectInput('query', `must be an object, is ${format(query)}`)
  const checked = checkInput('query')(parts)(query)
  if (E.isLeft(checked)) return checked
  const count = checkPageSize(query.count)
  return E.isLeft(count) ? count : E.right({ ...query, count: count.right })
}

/**
 * Functions on {@link TimerQuery}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const TimerQuery = { check } as const
