import type { taskEither as TE } from 'fp-ts'
import type { LogPosition } from '../store/LogPosition.ts'

/**
 * The place up to which handlers are awaited. `events` are the positions of events that the caller wants to read, such
 * as those that it wrote: the wait fails when one of them is parked. Without them a parked event counts as handled.
 *
 * @category model
 * @since 0.1.0
 */
export interface AwaitedPlace extends LogPosition {
  readonly events?: ReadonlyArray<number> | undefined
}

/**
 * Waits until handlers, in any process, have handled every event up to a position. A handler runtime offers it; a
 * caller uses it to read its own writes. A position with a history is awaited in that history: when the log was rewound
 * behind it, the answer is a left. It is also a left when a handler has parked one of these events, and when no process
 * works on a handler. The left has the reason; it does not undo the events. The wait ends after `timeout` milliseconds;
 * the runtime has a default.
 *
 * @category model
 * @since 0.1.0
 */
export type WaitForHandlers = (
  names: ReadonlyArray<string>,
  position: number | AwaitedPlace,
  timeout?: number,
) => TE.TaskEither<{ readonly _tag: string }, void>
