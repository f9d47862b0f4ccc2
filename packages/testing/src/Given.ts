import type { Unbranded } from './Unbranded.ts'

/**
 * The beginning of a scenario: `given(...past).when(next)`. The outcome has functions for the expectations. Literals
 * are accepted for branded values, see {@link Unbranded}. A literal in a variable needs `as const` or its type: the
 * widened type `string` would also accept misspelt texts.
 *
 * @category model
 * @since 0.1.0
 */
export type Given<Ev, Next, Outcome> = (...past: ReadonlyArray<Unbranded<Ev>>) => {
  readonly when: (next: Unbranded<Next>) => Outcome
}
