import type { taskEither as TE } from 'fp-ts'
import type { LogPlace } from './LogPlace.ts'

/**
 * Waits until handlers, in whatever process, have handled every event up to a position. What a runtime of handlers offers, and whoever wants to read what he has
 * written asks for. A place that has its history is awaited in that history: when the log was rewound behind it, the answer is a left. The left says why it did not come to that; the events are stored all the same.
 *
 * @category model
 * @since 0.1.0
 */
export type WaitForHandlers = (
  names: ReadonlyArray<string>,
  position: number | LogPlace,
) => TE.TaskEither<{ readonly _tag: string }, void>
