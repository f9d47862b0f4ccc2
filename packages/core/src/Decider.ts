import type { either as E } from 'fp-ts'

/**
 * A domain in three values. `evolve` is the aggregate: a plain reducer, total and pure. `decide` is the decision: what happens when the command
 * meets the state, or why it is refused; pure too.
 *
 * The shape and its algebra follow Jérémie Chassaing's "Functional Event Sourcing Decider".
 *
 * @category model
 * @since 0.1.0
 */
export interface Decider<C, Ev, S, Err> {
  readonly initialState: S
  readonly evolve: (state: S, event: Ev) => S
  readonly decide: (command: C, state: S) => E.Either<Err, ReadonlyArray<Ev>>
}
