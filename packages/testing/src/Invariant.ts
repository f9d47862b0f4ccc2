import type { either as E } from 'fp-ts'

/**
 * One step of a history: the state before, the command, what was decided, and all events up to now, those just decided included.
 *
 * @category model
 * @since 0.1.0
 */
export interface Transition<C, Ev, S, Err> {
  readonly before: S
  readonly command: C
  readonly decision: E.Either<Err, ReadonlyArray<Ev>>
  readonly events: ReadonlyArray<Ev>
}

/**
 * What must hold after every command, accepted or refused: of the state then, or of the step that led to it. One that throws, such as an
 * assertion of a test runner, does not hold.
 *
 * @category model
 * @since 0.1.0
 */
export type Invariant<C, Ev, S, Err> = (state: S, transition: Transition<C, Ev, S, Err>) => boolean
