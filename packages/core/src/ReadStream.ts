import { either as E } from 'fp-ts'
import { type InvalidInput, refuse } from './InvalidInput.ts'
import { show } from './internal/problems.ts'
import { checkCount } from './internal/range.ts'
import type { HistoryId } from './LogPlace.ts'
import type { RecordedEvent } from './RecordedEvent.ts'
import type { StreamName } from './StreamName.ts'

/**
 * Which events of a stream to read. `from` is a version and inclusive in both directions: forward (the default) reads it and what follows,
 * from 1 when absent; backward reads it and what stands before, from the last event when absent. At most `count` events, 1,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReadStream {
  readonly from?: number
  readonly count?: number
  readonly direction?: 'forward' | 'backward'
}

/**
 * A page of a stream. `version` is the version of the stream's last event at the moment of reading, 0 for a stream
 * without events. `end` says that nothing more stands behind the page in the direction of reading. `history` is the
 * history of the log that was read: an append that is decided on these events should carry it, see {@link Append}.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamSlice {
  readonly stream: StreamName
  readonly version: number
  readonly events: ReadonlyArray<RecordedEvent>
  readonly end: boolean
  readonly history: HistoryId
}

/**
 * A {@link ReadStream} with every default filled in. `from` is never beyond the safe integers.
 *
 * @category for store authors
 * @since 0.1.0
 */
export type CheckedReadStream = Required<ReadStream>

/**
 * Checks the options of a read and fills in the defaults.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (options: ReadStream = {}): E.Either<InvalidInput, CheckedReadStream> => {
  if (typeof options !== 'object' || options === null)
    return refuse('options', `must be an object, is ${show(options)}`)
  const { direction = 'forward' } = options
  const { from = direction === 'forward' ? 1 : Number.MAX_SAFE_INTEGER } = options
  if (direction !== 'forward' && direction !== 'backward') return refuse('direction', "must be 'forward' or 'backward'")
  if (!Number.isSafeInteger(from) || from < 0) return refuse('from', `must be an integer from 0 up, is ${show(from)}`)
  const count = checkCount(options.count)
  return E.isLeft(count) ? count : E.right({ from, count: count.right, direction })
}

/**
 * Whether a page leaves nothing behind it: it holds the stream's last event going forward, the first going backward, or it is empty.
 *
 * @category for store authors
 * @since 0.1.0
 */
const reachesEnd = (
  { direction }: Pick<CheckedReadStream, 'direction'>,
  version: number,
  events: ReadonlyArray<RecordedEvent>,
): boolean => {
  const last = events.at(-1)?.version
  // A page has room for one event at least: an empty one had none to hold.
  return last === undefined || (direction === 'forward' ? last >= version : last <= 1)
}

/**
 * Functions on {@link ReadStream}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ReadStream = { check, reachesEnd } as const
