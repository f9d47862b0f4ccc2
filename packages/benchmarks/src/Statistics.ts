import { max, median, min, quantile } from 'simple-statistics'

/**
 * The spread of several figures: their median, minimum and maximum.
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
 * Computes the spread of figures, undefined when there are none.
 *
 * @category constructors
 * @since 0.1.0
 */
const spread = (figures: ReadonlyArray<number>): Spread | undefined => {
  // The library requires mutable arrays, and copies them.
  const copy = [...figures]
  return copy.length === 0 ? undefined : { median: median(copy), low: min(copy), high: max(copy) }
}

/**
 * Computes the figure below which a share of all figures lies, from 0 to 1; undefined when there are none.
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
