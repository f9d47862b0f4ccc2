import type { taskEither as TE } from 'fp-ts'

/**
 * Waits until handlers, in whatever process, have handled every event up to a position. What a runtime of handlers offers, and whoever wants to read what he has
 * written asks for. The left says why it did not come to that; the events are stored all the same.
 *
 * @category model
 * @since 0.1.0
 */
export type WaitForHandlers = (
  names: ReadonlyArray<string>,
  position: number,
) => TE.TaskEither<{ readonly _tag: string }, void>
