import { either as E } from 'fp-ts'
import type { RecordedEvent } from '../domain/RecordedEvent.ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'
import { checkPageSize } from '../values/internal/pageSize.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { HistoryId } from './LogPosition.ts'

/**
 * Selects events of a stream. `from` is a version, inclusive in both directions: forward (the default) reads it and
 * later ones, from 1 when absent; backward reads it and earlier ones, from the last event when absent. At most `count`
 * events, 1,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReadStreamOptions {
  readonly from?: number | undefined
  readonly count?: number | undefined
  readonly direction?: 'forward' | 'backward' | undefined
}

/**
 * A page of a stream. `version` is the version of the stream's last event at the moment of reading, 0 for a stream
 * without events. `end` means that there are no more events in the direction of reading. `history` is the history of
 * the log that was read: an append that is decided on these events should carry it, see {@link Append}.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamPage {
  readonly stream: StreamName
  readonly version: number
  readonly events: ReadonlyArray<RecordedEvent>
  readonly end: boolean
  readonly history: HistoryId
}

/**
 * {@link ReadStreamOptions} with every default filled in: `from` is a version, never beyond the safe integers, and
 * `count` a number of events.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedReadStreamOptions extends ReadStreamOptions {
  readonly from: number
  readonly count: number
  readonly direction: 'forward' | 'backward'
}

/**
 * Checks the options of a read and fills in the defaults.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (options: ReadStreamOptions = {}): E.Either<InvalidInput, CheckedReadStreamOptions> => {
  if (typeof options !== 'object' || options === null)
    return rejectInput('options', `must be an object, is ${format(options)}`)
  const { direction = 'forward' } = options
  const { from = direction === 'forward' ? 1 : Number.MAX_SAFE_INTEGER } = options
  if (direction !== 'forward' && direction !== 'backward')
    return rejectInput('direction', "must be 'forward' or 'backward'")
  if (!Number.isSafeInteger(from) || from < 0)
    return rejectInput('from', `must be an integer from 0 up, is ${format(from)}`)
  const count = checkPageSize(options.count)
  return E.isLeft(count) ? count : E.right({ from, count: count.right, direction })
}

/**
 * Whether a page is the last one: forward, it has the stream's last event; backward, the first; or it is empty.
 *
 * @category for store authors
 * @since 0.1.0
 */
const reachesEnd = (
  { direction }: Pick<CheckedReadStreamOptions, 'direction'>,
  version: number,
  events: ReadonlyArray<RecordedEvent>,
): boolean => {
  const last = events.at(-1)?.version
  // A page has room for at least one event, so an empty one means that there was none.
  return last === undefined || (direction === 'forward' ? last >= version : last <= 1)
}

/**
 * Functions on {@link ReadStreamOptions}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ReadStreamOptions = { check, reachesEnd } as const
