import type { either as E } from 'fp-ts'

/**
 * The laws of a decider.
 *
 * - `DecideThrew`, `EvolveThrew`: the function threw instead of answering.
 * - `WrongResult`: the function returned a value of the wrong kind. `decide` must return an `Either` of a list of
 *   events, `evolve` a state, and neither a promise.
 * - `DecideDiffers`, `EvolveDiffers`: a second call with the same arguments gave another answer.
 * - `ArgumentChanged`: the function changed the state, the command or the event that it was given.
 * - `InvariantBroken`: an invariant does not hold after the command.
 * - `NotStored`: the codec refuses a decided event.
 * - `StoredDiffers`: an event does not come back from its stored form, or folds to another state then.
 * - `CheckThrew`: the check itself could not go on: the codec threw, or a value cannot be looked at.
 *
 * @category errors
 * @since 0.1.0
 */
export type BrokenLaw =
  | 'DecideThrew'
  | 'EvolveThrew'
  | 'WrongResult'
  | 'DecideDiffers'
  | 'EvolveDiffers'
  | 'ArgumentChanged'
  | 'InvariantBroken'
  | 'NotStored'
  | 'StoredDiffers'
  | 'CheckThrew'

/**
 * The shortest history found that breaks a law: `commands` from the initial state on, the last of which breaks it.
 * `given` are the events before that command, `answer` is its decision (`undefined` when it threw), `why` is a
 * sentence.
 *
 * `code` is the same as given/when/then, to be pasted into a test. `seed` and `path` make {@link checkDecider} find it
 * again.
 *
 * @category errors
 * @since 0.1.0
 */
export interface Counterexample<C, Ev, Err> {
  readonly _tag: 'Counterexample'
  readonly law: BrokenLaw
  readonly why: string
  readonly commands: ReadonlyArray<C>
  readonly given: ReadonlyArray<Ev>
  readonly when: C
  readonly answer: E.Either<Err, ReadonlyArray<Ev>> | undefined
  readonly code: string
  readonly seed: number
  readonly path: string
}
