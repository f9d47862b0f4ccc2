/**
 * What one turn of a candidate came to: how many units of work in how many milliseconds, how long each call took (none when the turn was one call), and
 * what was looked at afterwards: how many rows or events there should be, and how many there are.
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
 * What a turn should have left behind or seen, and what was found.
 *
 * @category model
 * @since 0.1.0
 */
export interface Check {
  readonly expected: number
  readonly found: number
}

/**
 * Units in a second.
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
