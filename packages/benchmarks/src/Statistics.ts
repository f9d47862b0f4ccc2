import { max, median, min, quantile } from 'simple-statistics'

/**
 * Several figures in one: the middle of them, the least and the greatest.
 *
 * @category model
 * @since 0.1.0
 */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

/**
 * The spread of figures, undefined when there are none.
 *
 * @category constructors
 * @since 0.1.0
 */
const spread = (figures: ReadonlyArray<number>): Spread | undefined => {
  // The library takes arrays that may be written to, and copies them.
  const copy = [...figures]
  return copy.length === 0 ? undefined : { median: median(copy), low: min(copy), high: max(copy) }
}

/**
 * The figure below which such a part of all figures lies, from 0 to 1; undefined when there are none.
 *
 * @category destructors
 * @since 0.1.0
 */
const percentile = (figures: ReadonlyArray<number>, part: number): number | undefined =>
  figures.length === 0 ? undefined : quantile([...figures], part)

/**
 * Functions on figures.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Statistics = { spread, percentile } as const
