import type { EventId, HistoryId } from '@foldlog/core'

/**
 * Why a handler stops when the log went back before what the handler has handled. The handler has handled nothing
 * since. Call `recoverRewound` to continue.
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
  readonly handled: EventRef | null
  /** The event that the log has at the position of `handled` now; `null` when it has none. */
  readonly found: EventRef | null
  /**
   * The events behind `common` that this process has handled, in order, at most the last 1,000: their effects are done,
   * and the events may be gone.
   */
  readonly lost: ReadonlyArray<EventRef>
}

/**
 * An event as it is remembered when a handler stops: enough to find it in another copy of the log, or in the effects
 * that it had. `stream` and `type` are `null` when only its id was kept.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventRef {
  readonly position: number
  readonly id: EventId
  readonly stream: string | null
  readonly type: string | null
}

const eventText = ({ position, id, stream, type }: EventRef): string =>
  stream === null ? `event ${id} at position ${position}` : `${type} ${id} of ${stream} at position ${position}`

/** What was handled, and what the log has at that position now. */
const foundText = ({ position, handled, found }: HandlerRewound): string => {
  if (handled === null) return `everything up to position ${position}, and the log does not have all of it any more`
  const now = found === null ? 'the log has no such event any more' : `the log now has ${eventText(found)}`
  return `${eventText(handled)}, and ${found?.id === handled.id ? 'the log still has it, in another history' : now}`
}

/** How far both logs agree, and what an operator must do. */
const agreementText = ({ history, common, lost }: HandlerRewound): string => {
  const one = lost.length === 1
  if (common !== null) {
    const behind = one ? '1 handled event is' : `${lost.length} handled events are`
    return `the old and the new log agree up to position ${common}, and ${behind} behind that. Nothing is handled until recoverRewound is called (see "High availability")`
  }
  const last = one ? 'The last handled event' : `Each of the last ${lost.length} handled events`
  const which = lost.length === 0 ? '' : ` ${last} may be lost.`
  const unknown =
    history === null
      ? 'it is not known in which history that was handled'
      : `the log does not know history ${history}, in which that was handled`
  return `${unknown}, so it is not known how far the old and the new log agree.${which} Nothing is handled until recoverRewound is called; when it cannot find that position itself, give it as common: the last position that is certain to be in both logs (see "High availability")`
}

/**
 * The reason as a sentence for an operator.
 *
 * @category destructors
 * @since 0.1.0
 */
const describe = (why: HandlerRewound): string =>
  `the log went back: this handler has handled ${foundText(why)}; ${agreementText(why)}`

/**
 * Functions on {@link HandlerRewound}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HandlerRewound = { describe } as const
