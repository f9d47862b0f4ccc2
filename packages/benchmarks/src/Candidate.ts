import type { BenchmarkEnvironment } from './BenchmarkEnvironment.ts'
import type { Sample } from './Sample.ts'

/**
 * One turn: how long it lasts in milliseconds (work of a given size ends sooner, and must end then), and a number that no other turn of this candidate has.
 *
 * @category model
 * @since 0.1.0
 */
export interface Turn {
  readonly milliseconds: number
  readonly number: number
}

/**
 * A candidate that has made its tables and connections. A turn rejects when it could not be done: that is the candidate's result then. `note` says which
 * settings it runs with, where it had a choice.
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
 * Somebody who can do a workload. It brings itself into the arena, or says in a sentence why it cannot be there.
 *
 * @category model
 * @since 0.1.0
 */
export interface Candidate {
  readonly name: string
  readonly enter: (environment: BenchmarkEnvironment) => Promise<CandidateRun | string>
}
