import type { EventId, HistoryId } from '@foldlog/core'

/**
 * An event, as far as it is remembered when a handler stops: enough to find it in another copy of the log, or in the
 * effects that it had. `stream` and `type` are `null` when only its id was kept.
 *
 * @category model
 * @since 0.1.0
 */
export interface KnownEvent {
  readonly position: number
  readonly id: EventId
  readonly stream: string | null
  readonly type: string | null
}

/**
 * Why a handler stops when the log went back behind what it has handled. The handler has handled nothing since. Call
 * `recoverRewound` to continue.
 *
 * @category errors
 * @since 0.1.0
 */
export interface HandlerRewound {
  readonly _tag: 'HandlerRewound'
  /** Every event up to this position had been handled. */
  readonly position: number
  /** The history of the log in which these events were handled; `null` when it is not known. */
  readonly history: HistoryId | null
  /** The history of the log now. */
  readonly current: HistoryId
  /** The last position that both histories share; `null` when the log does not know the old history. */
  readonly common: number | null
  /** The last event that was handled; `null` when it is not known. */
  readonly handled: KnownEvent | null
  /** The event that the log has at the position of `handled` now; `null` when it has none. */
  readonly found: KnownEvent | null
  /**
   * The events that this process has handled behind `common`, the last 1,000 at most, in order: their effects are done,
   * and the events may be gone.
   */
  readonly lost: ReadonlyArray<KnownEvent>
}

const eventText = ({ position, id, stream, type }: KnownEvent): string =>
  stream === null ? `event ${id} at position ${position}` : `${type} ${id} of ${stream} at position ${position}`

/**
 * The reason as a sentence for people.
 *
 * @category destructors
 * @since 0.1.0
 */
const describe = ({ position, common, handled, found, lost }: HandlerRewound): string => {
  const done = handled === null ? `everything up to position ${position}` : eventText(handled)
  const now = found === null ? 'the log has no such event any more' : `the log now has ${eventText(found)}`
  const shared =
    common === null
      ? 'it is not known how far the old and the new log agree'
      : `the old and the new log agree up to position ${common}`
  return `the log went back: this handler has handled ${done}, and ${now}; ${shared}, and ${lost.length} handled events are behind that. Nothing is handled until recoverRewound is called (see "High availability")`
}

/**
 * Functions on {@link HandlerRewound}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlerRewound = { describe } as const
