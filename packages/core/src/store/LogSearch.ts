import { either as E } from 'fp-ts'
import type { RecordedEvent } from '../domain/RecordedEvent.ts'
import { type Checked, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { checkInput, date, integer, name, object, optional } from '../values/internal/inputCodecs.ts'
import { checkPageSize } from '../values/internal/pageSize.ts'
import { Limits } from '../values/Limits.ts'
import { LogFilter } from './LogFilter.ts'
import type { HistoryId } from './LogPosition.ts'

/**
 * Selects events of the log, the newest first: those that meet every part that is present. `before` is the position
 * before which the page begins, the end of the log when absent. At most `count` events, 1,000 when absent. `since` is
 * inclusive, `until` is exclusive.
 *
 * Times ascend with positions, except where the clock of the store was set back. Events with times that are out of
 * order by a minute or less are found; others may be left out of a search by time.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogSearch {
  readonly before?: number | undefined
  readonly count?: number | undefined
  readonly filter?: LogFilter | undefined
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
  readonly since?: Date | undefined
  readonly until?: Date | undefined
}

/**
 * A page of a search, the newest event first. Everything from `position` on was searched: continue with `before:
 * position`. A page may have fewer events than requested, or none, before the end. `end` means that no earlier event
 * matches. Only settled events are found.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogSearchPage {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly position: number
  readonly end: boolean
  readonly history: HistoryId
}

/**
 * {@link LogSearch} with the defaults filled in: `before` is a position, the highest safe integer for the end of the
 * log; `count` is a number of events.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedLogSearch extends LogSearch {
  readonly before: number
  readonly count: number
  readonly filter: LogFilter
}

const parts = object({
  before: optional(integer(1)),
  correlationId: optional(name(Limits.messageId)),
  causationId: optional(name(Limits.messageId)),
  since: optional(date),
  until: optional(date),
})

/**
 * Checks a search and fills in the defaults.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (search: LogSearch = {}): Checked<CheckedLogSearch> => {
  if (typeof search !== 'object' || search === null)
    return rejectInput('search', `must be an object, is ${format(search)}`)
  const checked = checkInput('search')(parts)(search)
  if (E.isLeft(checked)) return checked
  const count = checkPageSize(search.count)
  if (E.isLeft(count)) return count
  const { before = Number.MAX_SAFE_INTEGER, filter: wanted = {} } = search
  const filter = LogFilter.check('filter')(wanted)
  return E.isLeft(filter) ? filter : E.right({ ...search, before, count: count.right, filter: filter.right })
}

/**
 * The milliseconds by which times of the log may be out of order: a search by time finds every event whose time is out
 * of order by less.
 *
 * @category for store authors
 * @since 0.1.0
 */
const maxDisorder = 60_000

/**
 * Functions on {@link LogSearch}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const LogSearch = { check, maxDisorder } as const
