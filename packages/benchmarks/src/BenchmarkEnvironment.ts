/**
 * Where a workload runs. `database` makes an empty database on the one server, for one candidate; `size` is a number of events or the like, less when the
 * run is short; `turn` is how long a turn lasts in milliseconds. `connections` is the size of everybody's pool.
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
