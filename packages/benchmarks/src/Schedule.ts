/**
 * A turn of a candidate: `round` is 0 for the warm-up, which does not count.
 *
 * @category model
 * @since 0.1.0
 */
export interface Slot {
  readonly name: string
  readonly round: number
}

/**
 * The turns of a run: each candidate warms up once, then the rounds follow. Other load on the machine affects all
 * candidates, and each can be compared with the others of its round. Every second round has the opposite order (A B, B
 * A, A B): the first turn of a round is up to a twentieth slower than the second, even when one version is compared
 * with itself.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (names: ReadonlyArray<string>, rounds: number): ReadonlyArray<Slot> =>
  Array.from({ length: rounds + 1 }, (_, round) =>
    (round % 2 === 0 ? names : names.toReversed()).map((name) => ({ name, round })),
  ).flat()

/**
 * One turn for each candidate, without a warm-up.
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
