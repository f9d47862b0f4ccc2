/**
 * The result of one turn of a candidate: the units of work and the time in milliseconds, the time of each call (none
 * when the turn was one call), and the checks afterwards: the expected and the actual number of rows or events.
 *
 * @category model
 * @since 0.1.0
 */
export interface Sample {
  readonly units: number
  readonly milliseconds: number
  readonly latencies: ReadonlyArray<number>
  readonly check: Check
}

/**
 * The expected and the actual result of a turn.
 *
 * @category model
 * @since 0.1.0
 */
export interface Check {
  readonly expected: number
  readonly found: number
}

/**
 * The number of units per second.
 *
 * @category destructors
 * @since 0.1.0
 */
const rate = ({ units, milliseconds }: Pick<Sample, 'units' | 'milliseconds'>): number => (units * 1_000) / milliseconds

/**
 * Functions on {@link Sample}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Sample = { rate } as const
