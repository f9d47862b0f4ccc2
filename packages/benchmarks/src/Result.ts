import type { Check } from './Sample.ts'
import type { Spread } from './Statistics.ts'
import type { LatencyLimits } from './Workload.ts'

/**
 * How a candidate did: the spread of its figures over all rounds, and the middle and the 99th percentile of what single calls took, in milliseconds (null when calls were not
 * timed). `checks` are those that failed. `note` says with which settings it ran.
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
 * A candidate beside foldlog: `ratio` says how many times better foldlog was, round by round; more than 1 is better. `goal` is what it should be.
 *
 * @category model
 * @since 0.1.0
 */
export interface Comparison extends Summary {
  readonly ratio: Spread
  readonly goal: number | undefined
}

/**
 * What came of a workload. `absent` says, by name, why a candidate has no figures.
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
 * Whether foldlog did the workload, and everything was there that should be. What others lose is shown, and no failure of ours.
 *
 * @category destructors
 * @since 0.1.0
 */
const isVerified = ({ foldlog }: Result): boolean => foldlog !== undefined && foldlog.checks.length === 0

/**
 * Whether every goal is met.
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
