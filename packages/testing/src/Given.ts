import type { Unbranded } from './Unbranded.ts'

/**
 * The first words of a scenario: `given(...past).when(next)`, and the outcome has the words for what should follow. Literals do for branded
 * values, see {@link Unbranded}.
 *
 * @category model
 * @since 0.1.0
 */
export type Given<Ev, Next, Outcome> = (...past: ReadonlyArray<Unbranded<Ev>>) => {
  readonly when: (next: Unbranded<Next>) => Outcome
}
