import type { BenchmarkEnvironment } from './BenchmarkEnvironment.ts'
import type { Sample } from './Sample.ts'

/**
 * One turn: its length in milliseconds (work of a given size ends sooner, and must end then), and a number that no
 * other turn of this candidate has.
 *
 * @category model
 * @since 0.1.0
 */
export interface Turn {
  readonly milliseconds: number
  readonly number: number
}

/**
 * A candidate that has created its tables and connections. A turn rejects when it failed, which is then the result of
 * the candidate. `note` describes its settings, where it had a choice.
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
 * A participant in a workload. It prepares itself in the environment, or returns a sentence with the reason why it
 * cannot.
 *
 * @category model
 * @since 0.1.0
 */
export interface Candidate {
  readonly name: string
  readonly enter: (environment: BenchmarkEnvironment) => Promise<CandidateRun | string>
}
