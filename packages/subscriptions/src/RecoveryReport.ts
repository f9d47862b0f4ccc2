import type { EventStore, HandlerStore, LogTail } from '@foldlog/core'
import type { EventRef } from './HandlerRewound.ts'
import type { AnyHandler } from './RuntimeOptions.ts'

/**
 * The result of `recoverRewound`.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecoveryReport {
  readonly handlers: ReadonlyArray<RecoveredHandler>
}

/**
 * What to recover: the store, and the handlers as the runtime has them. Handlers that are not stopped by a rewind are
 * not changed. `common` is the last position that is certain to be in both logs, for handlers for which that position
 * cannot be found. Checkpoints are set back to it only when they did not go back with the log.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecoverOptions {
  readonly store: HandlerStore & Pick<EventStore, 'readLog' | 'findEvents'> & Pick<LogTail, 'verify'>
  readonly handlers: ReadonlyArray<AnyHandler>
  readonly common?: number | undefined
  /**
   * Milliseconds to wait for processes that have not yet added the lost events that they have handled; 30,000 when
   * absent.
   */
  readonly reportTimeout?: number | undefined
}

/**
 * What `recoverRewound` did to a handler.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecoveredHandler {
  readonly name: string
  /**
   * `rebuilt`: a new generation is built from the beginning, because views were made from lost events. `resumed`: the
   * handler continues. `recoveredBefore`: this call has changed nothing, because the handler was recovered since the
   * call read its status: by another call, or by this one when the connection was lost and the request was sent again.
   * The other fields are what this call has found.
   */
  readonly outcome: 'resumed' | 'rebuilt' | 'recoveredBefore'
  /** The last position that the log shares with the log that was handled. */
  readonly common: number
  /** The handler continues behind this position. */
  readonly after: number
  /**
   * Events that were handled and are behind `common`: they may be gone. Their effects are done: mails are sent, and a
   * process manager has sent their commands. At most the last 1,000 of each process, and 10,000 of each partition to
   * whose stop they were added.
   */
  readonly lost: ReadonlyArray<EventRef>
  /**
   * Members of the consumer group that did not compare in time what they have handled, or whose leases expired during
   * the call: `lost` may be incomplete. Empty when `lost` has the events of every process that was in the group during
   * the call; a process without a heartbeat in that time is not known.
   */
  readonly unreported: ReadonlyArray<string>
  /**
   * Events up to `common` that were handled and may be handled again. Effects are repeated; commands have the same ids
   * as before, so a dispatcher executes only the lost ones. Events that the store has recorded as handled beyond the
   * checkpoint are not handled again. At most the first 1,000.
   */
  readonly repeated: ReadonlyArray<EventRef>
  /** The number of all repeated events. */
  readonly repeats: number
}
