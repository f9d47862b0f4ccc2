/**
 * The environment of a workload. `database` creates an empty database on the one server, for one candidate; `size`
 * scales a quantity, such as a number of events, down when the run is short; `turn` is the length of a turn in
 * milliseconds. `connections` is the pool size of every candidate.
 *
 * @category model
 * @since 0.1.0
 */
export interface BenchmarkEnvironment {
  readonly database: (name: string) => Promise<string>
  readonly size: (full: number) => number
  readonly turn: number
  readonly connections: number
}
