import type { Plain } from './Plain.ts'

/**
 * The first words of a scenario: `given(...past).when(next)`, and the outcome has the words for what should follow. Literals do for branded
 * values, see {@link Plain}.
 *
 * @category model
 * @since 0.1.0
 */
export type Given<Ev, Next, Outcome> = (...past: ReadonlyArray<Plain<Ev>>) => {
  readonly when: (next: Plain<Next>) => Outcome
}
