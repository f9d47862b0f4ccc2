import type { Check } from './Sample.ts'
import type { Spread } from './Statistics.ts'
import type { LatencyLimits } from './Workload.ts'

/**
 * The result of a candidate: the spread of its figures over all rounds, and the median and the 99th percentile of the
 * time of single calls, in milliseconds (null when calls were not timed). `checks` are the failed ones. `note`
 * describes its settings.
 *
 * @category model
 * @since 0.1.0
 */
export interface Summary {
  readonly figures: Spread
  readonly p50: number | null
  readonly p99: number | null
  readonly checks: ReadonlyArray<Check>
  readonly note: string | undefined
}

/**
 * A candidate beside foldlog: `ratio` is how many times better foldlog was, round by round; more than 1 is better.
 * `goal` is the required ratio.
 *
 * @category model
 * @since 0.1.0
 */
export interface Comparison extends Summary {
  readonly ratio: Spread
  readonly goal: number | undefined
}

/**
 * The result of a workload. `absent` has, by name, the reasons of missing figures.
 *
 * @category model
 * @since 0.1.0
 */
export interface Result {
  readonly workload: string
  readonly unit: string
  readonly foldlog: Summary | undefined
  readonly others: Readonly<Record<string, Comparison>>
  readonly absent: Readonly<Record<string, string>>
  readonly latencyLimits: LatencyLimits | undefined
}

/**
 * Checks that foldlog ran the workload, and that all expected rows were stored. Losses of other candidates are shown,
 * and are no failure of foldlog.
 *
 * @category destructors
 * @since 0.1.0
 */
const isVerified = ({ foldlog }: Result): boolean => foldlog !== undefined && foldlog.checks.length === 0

/**
 * Checks whether every goal is met.
 *
 * @category destructors
 * @since 0.1.0
 */
const isMet = ({ foldlog, others, latencyLimits }: Result): boolean =>
  Object.values(others).every(({ ratio, goal }) => goal === undefined || ratio.median >= goal) &&
  (latencyLimits === undefined ||
    ((foldlog?.p50 ?? 0) <= latencyLimits.p50 && (foldlog?.p99 ?? 0) <= latencyLimits.p99))

/**
 * Functions on {@link Result}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Result = { isVerified, isMet } as const
