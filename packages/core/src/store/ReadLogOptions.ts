import { either as E } from 'fp-ts'
import type { RecordedEvent } from '../domain/RecordedEvent.ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { checkPageSize } from '../values/internal/pageSize.ts'
import { LogFilter } from './LogFilter.ts'
import { type HistoryId, LogPosition } from './LogPosition.ts'

/**
 * Selects a part of the log: events with a position greater than `after` (0 when absent), in the order of positions, at
 * most `count` of them (1,000 when absent). `history` is the history in which `after` was read: when the log has been
 * rewound behind that place, or ends before it, the answer is `LogRewound`. Without `history` the store notices only
 * that the log ends before `after`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReadLogOptions {
  readonly after?: number | undefined
  readonly count?: number | undefined
  readonly filter?: LogFilter | undefined
  readonly history?: HistoryId | undefined
}

/**
 * A page of the log. Everything up to `position` has been read and is settled: no event will ever appear at or before
 * it. Continue with `after: position`; it also advances over events that the filter excludes. `end` means that no more
 * events were settled at the moment of reading. `history` is the history of the log that was read; store it beside
 * `position`.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogPage {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly position: number
  readonly end: boolean
  readonly history: HistoryId
}

/**
 * {@link ReadLogOptions} with every default filled in: `after` is a position, `count` a number of events.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedReadLogOptions extends ReadLogOptions {
  readonly after: number
  readonly count: number
  readonly filter: LogFilter
}

/**
 * Checks the options of a read of the log and fills in the defaults.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (options: ReadLogOptions = {}): E.Either<InvalidInput, CheckedReadLogOptions> => {
  if (typeof options !== 'object' || options === null)
    return rejectInput('options', `must be an object, is ${format(options)}`)
  const { after = 0 } = options
  if (!Number.isSafeInteger(after) || after < 0)
    return rejectInput('after', `must be an integer from 0 up, is ${format(after)}`)
  const count = checkPageSize(options.count)
  if (E.isLeft(count)) return count
  const { filter: wanted = {} } = options
  const filter = LogFilter.check('filter')(wanted)
  if (E.isLeft(filter)) return filter
  const read = { after, count: count.right, filter: filter.right }
  if (options.history === undefined) return E.right(read)
  const history = LogPosition.checkHistory(options.history)
  return E.isLeft(history) ? history : E.right({ ...read, history: history.right })
}

/**
 * Functions on {@link ReadLogOptions}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ReadLogOptions = { check } as const
