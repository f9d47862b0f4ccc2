import type { Unbranded } from './Unbranded.ts'

/**
 * The beginning of a scenario: `given(...past).when(next)`. The outcome has functions for the expectations. Literals
 * are accepted for branded values, see {@link Unbranded}.
 *
 * @category model
 * @since 0.1.0
 */
export type Given<Ev, Next, Outcome> = (...past: ReadonlyArray<Unbranded<Ev>>) => {
  readonly when: (next: Unbranded<Next>) => Outcome
}
