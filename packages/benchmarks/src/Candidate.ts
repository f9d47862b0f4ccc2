import type { BenchmarkEnvironment } from './BenchmarkEnvironment.ts'
import type { Sample } from './Sample.ts'

/**
 * One turn: its length in milliseconds, in which work of a given size must end, and a number that no other turn of this
 * candidate has.
 *
 * @category model
 * @since 0.1.0
 */
export interface Turn {
  readonly milliseconds: number
  readonly number: number
}

/**
 * A candidate that has created its tables and connections. A turn rejects when it fails, which is then the result of
 * the candidate. `note` describes its settings, if it had a choice.
 *
 * @category model
 * @since 0.1.0
 */
export interface CandidateRun {
  readonly turn: (turn: Turn) => Promise<Sample>
  readonly close: () => Promise<void>
  readonly note?: string
}

/**
 * A participant in a workload. It prepares itself in the environment, or returns the reason why it cannot, in a
 * sentence.
 *
 * @category model
 * @since 0.1.0
 */
export interface Candidate {
  readonly name: string
  readonly enter: (environment: BenchmarkEnvironment) => Promise<CandidateRun | string>
}
