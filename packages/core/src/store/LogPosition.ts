import { either as E } from 'fp-ts'
import { EventId } from '../values/EventId.ts'
import { type InvalidInput, rejectInput } from '../values/InvalidInput.ts'
import { format } from '../values/internal/format.ts'

/**
 * Names one history of a log: one unbroken run in which the log only grew. A log that may have gone back, because its
 * server was restarted, promoted or restored, continues in a new history. Both histories share every event up to the
 * position at which the new one begins. A text of 1 to 64 characters.
 *
 * The idea is the leader epoch of Kafka (KIP-320) and the timeline of Postgres.
 *
 * @category model
 * @since 0.1.0
 */
export type HistoryId = string

/**
 * A place in a log that is safe to remember: a position, and the history in which it was read. Two places with one
 * position are the same place only when both histories share that position. `id` is the id of the event at the
 * position, for the place of one event: the store compares it too. The comparison reveals an event that was lost
 * although later ones are there, because its transaction was open at the moment to which the log went back.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogPosition {
  readonly position: number
  readonly history: HistoryId
  readonly id?: EventId | undefined
}

/**
 * The log was rewound, and the remembered position is no longer a place of it: the log was restored to an earlier
 * state, or its server failed over to a standby that lagged.
 *
 * @category errors
 * @since 0.1.0
 */
export interface LogRewound {
  readonly _tag: 'LogRewound'
  /** The position that was remembered. */
  readonly position: number
  /** The history in which that position was read; `null` when the caller named none. */
  readonly history: HistoryId | null
  /** The history of the log now. */
  readonly current: HistoryId
  /**
   * The last position that both histories share. Events after it that were read in the old history may be gone, and
   * other events may have their positions. `null` when this log does not know the old history.
   */
  readonly common: number | null
}

/**
 * Makes a {@link LogRewound}.
 *
 * @category errors
 * @since 0.1.0
 */
export const logRewound = (
  position: number,
  history: HistoryId | null,
  current: HistoryId,
  common: number | null,
): LogRewound => ({ _tag: 'LogRewound', position, history, current, common })

/**
 * Checks the id of a history.
 *
 * @category for store authors
 * @since 0.1.0
 */
const checkHistory = (history: unknown): E.Either<InvalidInput, HistoryId> =>
  typeof history === 'string' && /^[\w-]{1,64}$/.test(history)
    ? E.right(history)
    : rejectInput('history', `must be the id of a history, as a store returned it, is ${format(history)}`)

/**
 * Checks a place in the log.
 *
 * @category for store authors
 * @since 0.1.0
 */
const check = (logPosition: LogPosition): E.Either<InvalidInput, LogPosition> => {
  if (typeof logPosition !== 'object' || logPosition === null)
    return rejectInput('place', `must be an object, is ${format(logPosition)}`)
  const { position, history, id } = logPosition
  if (!Number.isSafeInteger(position) || position < 0) {
    return rejectInput('position', `must be an integer from 0 up, is ${format(position)}`)
  }
  const checked = checkHistory(history)
  if (E.isLeft(checked)) return checked
  if (id === undefined) return E.right({ position, history })
  const parsed = EventId.parse(id)
  return E.isLeft(parsed) ? parsed : E.right({ position, history, id })
}

/**
 * Functions on {@link LogPosition}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const LogPosition = { check, checkHistory } as const
