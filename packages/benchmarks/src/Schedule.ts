/**
 * A turn of somebody: `round` is 0 for the one that only warms up and does not count.
 *
 * @category model
 * @since 0.1.0
 */
export interface Slot {
  readonly name: string
  readonly round: number
}

/**
 * Who has a turn when: everybody once to warm up, then A B C A B C, so that what the machine has to do besides meets all of them, and each of them can be
 * compared with the others of its round.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (names: ReadonlyArray<string>, rounds: number): ReadonlyArray<Slot> =>
  Array.from({ length: rounds + 1 }, (_, round) => names.map((name) => ({ name, round }))).flat()

/**
 * Everybody once, without a warm-up.
 *
 * @category constructors
 * @since 0.1.0
 */
const once = (names: ReadonlyArray<string>): ReadonlyArray<Slot> => names.map((name) => ({ name, round: 1 }))

/**
 * Functions on {@link Slot}s.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Schedule = { make, once } as const
