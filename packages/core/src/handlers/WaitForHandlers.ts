import type { taskEither as TE } from 'fp-ts'
import type { LogPosition } from '../store/LogPosition.ts'

/**
 * Waits until handlers, in whatever process, have handled every event up to a position. A runtime of handlers offers
 * it, and a caller uses it to read what it has written. A place that names its history is awaited in that history: when
 * the log was rewound behind it, the answer is a left. The left says why the wait ended; it does not undo the events.
 *
 * @category model
 * @since 0.1.0
 */
export type WaitForHandlers = (
  names: ReadonlyArray<string>,
  position: number | LogPosition,
) => TE.TaskEither<{ readonly _tag: string }, void>
