import type { either as E } from 'fp-ts'

/**
 * What a decider can be found to break.
 *
 * - `DecideThrew`, `EvolveThrew`: it threw instead of answering.
 * - `DecideDiffers`, `EvolveDiffers`: it answered otherwise when it was asked the same again.
 * - `ArgumentChanged`: it changed the state, the command or the event it was given.
 * - `InvariantBroken`: an invariant does not hold after the command.
 * - `NotStored`: the codec refuses an event that was decided.
 * - `StoredDiffers`: an event does not come back from its stored form, or folds to another state then.
 *
 * @category errors
 * @since 0.1.0
 */
export type BrokenLaw =
  | 'DecideThrew'
  | 'EvolveThrew'
  | 'DecideDiffers'
  | 'EvolveDiffers'
  | 'ArgumentChanged'
  | 'InvariantBroken'
  | 'NotStored'
  | 'StoredDiffers'

/**
 * The shortest history found that breaks a law: `commands` from the initial state on, the last of which does it. `given` are the events before
 * that one, `answer` is what was decided then (`undefined` when it threw), `why` a sentence.
 *
 * `code` is the same as given/when/then, to be pasted into a test. `seed` and `path` make {@link checkDecider} find it again.
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
