import type { Candidate } from './Candidate.ts'
import { Sample } from './Sample.ts'
import { Statistics } from './Statistics.ts'

/**
 * That foldlog has to be so many times better than a candidate, in the median.
 *
 * @category model
 * @since 0.1.0
 */
export interface Goal {
  readonly against: string
  readonly ratio: number
}

/**
 * What the middle and the 99th percentile of the time of foldlog's calls may be at most, in milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface LatencyLimits {
  readonly p50: number
  readonly p99: number
}

/**
 * What is measured of a sample, and which of two figures is the better one.
 *
 * @category model
 * @since 0.1.0
 */
export interface Measure {
  readonly of: (sample: Sample) => number
  readonly better: 'higher' | 'lower'
}

/**
 * Something that can be done with an event store, by foldlog and others in turn. `unit` is what a figure counts. `foldlog` is the first candidate: ratios
 * are its own.
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
  /** It gets so many times the time of others; 1 when absent. */
  readonly weight?: number
  /** One turn for everybody and no warm-up, whatever is asked for: for what is no matter of time. */
  readonly once?: boolean
  readonly foldlog: Candidate
  readonly others: ReadonlyArray<Candidate>
}

/**
 * Units in a second, of which more are better.
 *
 * @category constants
 * @since 0.1.0
 */
const rate: Measure = { of: Sample.rate, better: 'higher' }

/**
 * Units in a second, of which fewer are better.
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
 * How many times better a figure is than another.
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
