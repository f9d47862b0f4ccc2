import type { either as E } from 'fp-ts'

/**
 * One step of a history: the state before, the command, its decision, and all events so far, the decided ones included.
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
 * A condition that must hold after every command, accepted or refused: on the state after it, or on the step that led
 * to it. A condition that throws, such as an assertion of a test runner, does not hold.
 *
 * @category model
 * @since 0.1.0
 */
export type Invariant<C, Ev, S, Err> = (state: S, transition: Transition<C, Ev, S, Err>) => boolean
