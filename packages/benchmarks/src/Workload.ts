import type { Candidate } from './Candidate.ts'
import { Sample } from './Sample.ts'
import { Statistics } from './Statistics.ts'

/**
 * The required ratio of foldlog to a candidate, in the median.
 *
 * @category model
 * @since 0.1.0
 */
export interface Goal {
  readonly against: string
  readonly ratio: number
}

/**
 * The maximum of the median and of the 99th percentile of the time of foldlog's calls, in milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface LatencyLimits {
  readonly p50: number
  readonly p99: number
}

/**
 * The figure of a sample, and which of two figures is better.
 *
 * @category model
 * @since 0.1.0
 */
export interface Measure {
  readonly of: (sample: Sample) => number
  readonly better: 'higher' | 'lower'
}

/**
 * A task for an event store, run by foldlog and other candidates in turn. `unit` is the unit of a figure. `foldlog` is
 * the first candidate, to which ratios refer.
 *
 * @category model
 * @since 0.1.0
 */
export interface Workload {
  readonly name: string
  readonly what: string
  readonly unit: string
  readonly measure: Measure
  readonly goals: ReadonlyArray<Goal>
  readonly latencyLimits?: LatencyLimits
  /** The factor of its time compared with other workloads; 1 by default. */
  readonly weight?: number
  /** One turn for each candidate and no warm-up, whatever the settings are: for figures that do not depend on time. */
  readonly once?: boolean
  readonly foldlog: Candidate
  readonly others: ReadonlyArray<Candidate>
}

/**
 * Units per second; more are better.
 *
 * @category constants
 * @since 0.1.0
 */
const rate: Measure = { of: Sample.rate, better: 'higher' }

/**
 * Units per second; fewer are better.
 *
 * @category constants
 * @since 0.1.0
 */
const cost: Measure = { of: Sample.rate, better: 'lower' }

/**
 * The median time of a call, in milliseconds.
 *
 * @category constants
 * @since 0.1.0
 */
const latency: Measure = { of: ({ latencies }) => Statistics.percentile(latencies, 0.5) ?? 0, better: 'lower' }

/**
 * Computes how many times better one figure is than another.
 *
 * @category destructors
 * @since 0.1.0
 */
const ratio = ({ better }: Measure, ours: number, theirs: number): number =>
  better === 'higher' ? ours / theirs : theirs / ours

/**
 * Functions on {@link Workload}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Workload = { rate, cost, latency, ratio } as const
