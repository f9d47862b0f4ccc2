import { either as E } from 'fp-ts'
import { type InvalidInput, refuse } from './InvalidInput.ts'
import { show } from './internal/problems.ts'
import { checkCount } from './internal/range.ts'
import { textProblem } from './internal/text.ts'
import type { LogFilter } from './LogFilter.ts'
import { type HistoryId, LogPlace } from './LogPlace.ts'
import type { RecordedEvent } from './RecordedEvent.ts'

/**
 * Which part of the log to read: events with a position greater than `after` (0 when absent), in the order of
 * positions, at most `count` of them (1,000 when absent). `history` is the history in which `after` was read: when the
 * log has been rewound behind that place, or ends before it, the answer is `LogRewound`. Without `history` the store
 * notices only that the log ends before `after`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReadLog {
  readonly after?: number
  readonly count?: number
  readonly filter?: LogFilter
  readonly history?: HistoryId
}

/**
 * A page of the log. Everything up to `position` has been looked at and is settled: no event will ever appear at or before it.
 * Read on with `after: position`; it advances also over events that the filter leaves out. `end` says that nothing more was settled
 * at the moment of reading. `history` is the history of the log that was read; remember it beside `position`.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogSlice {
  readonly events: ReadonlyArray<RecordedEvent>
  readonly position: number
  readonly end: boolean
  readonly history: HistoryId
}

/**
 * A {@link ReadLog} with every default filled in.
 *
 * @category for store authors
 * @since 0.1.0
 */
export type CheckedReadLog = Required<Omit<ReadLog, 'history'>> & Pick<ReadLog, 'history'>

const checkNames = (what: string, names: unknown): E.Either<InvalidInput, void> => {
  if (names === undefined) return E.right(undefined)
  if (!Array.isArray(names) || names.length === 0) return refuse(what, 'must name at least one, or be absent')
  return names.every((name) => typeof name === 'string' && name !== '' && textProblem(name) === undefined)
    ? E.right(undefined)
    : refuse(what, 'must hold non-empty texts without NUL or half a surrogate pair')
}

const checkFilter = (filter: LogFilter = {}): E.Either<InvalidInput, LogFilter> => {
  if (typeof filter !== 'object' || filter === null) return refuse('filter', `must be an object, is ${show(filter)}`)
  const { categories, streams, streamPrefix, types } = filter
  const lists = { categories, streams, types, streamPrefix: streamPrefix === undefined ? undefined : [streamPrefix] }
  for (const [name, list] of Object.entries(lists)) {
    const checked = checkNames(`filter.${name}`, list)
    if (E.isLeft(checked)) return checked
  }
  return E.right(filter)
}

/**
 * Checks the options of a read of the log and fills in the defaults.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (options: ReadLog = {}): E.Either<InvalidInput, CheckedReadLog> => {
  if (typeof options !== 'object' || options === null)
    return refuse('options', `must be an object, is ${show(options)}`)
  const { after = 0 } = options
  if (!Number.isSafeInteger(after) || after < 0)
    return refuse('after', `must be an integer from 0 up, is ${show(after)}`)
  const count = checkCount(options.count)
  if (E.isLeft(count)) return count
  const filter = checkFilter(options.filter)
  if (E.isLeft(filter)) return filter
  const read = { after, count: count.right, filter: filter.right }
  if (options.history === undefined) return E.right(read)
  const history = LogPlace.checkHistory(options.history)
  return E.isLeft(history) ? history : E.right({ ...read, history: history.right })
}

/**
 * Functions on {@link ReadLog}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ReadLog = { check } as const
