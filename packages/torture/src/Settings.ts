import type { PlantName } from './plants.ts'

/**
 * The kinds of faults. `workers`: workers are killed and stopped, nothing else. `failovers`: the server fails over to a
 * synchronous standby again and again, and nothing is lost. `rewinds`: the log goes back again and again, because its
 * server fails over to a standby that lags, or is restored from a backup.
 *
 * @category model
 * @since 0.1.0
 */
export type FaultChoice = 'all' | 'workers' | 'failovers' | 'rewinds'

/**
 * The settings of a run. `seconds`: how long faults strike; `naive`: with a reader that loses events; `nonDurable`: on
 * a server that acknowledges a commit before it is on the disk; `unfenced`: with handlers that write beside their
 * transactions. The checker must detect all three. `handlers`: the number of processes that run handlers, each with
 * `partitions` partitions and leases of `leaseTime` milliseconds; `faults`: all of them, or those of one kind of round;
 * `plant`: a fault of the store that the checker must detect, too.
 *
 * @category model
 * @since 0.1.0
 */
export interface Settings {
  readonly seconds: number
  readonly writers: number
  readonly seed: number
  readonly naive: boolean
  readonly nonDurable: boolean
  readonly handlers: number
  readonly partitions: number
  readonly lease: number
  readonly unfenced: boolean
  readonly faults: FaultChoice
  readonly plant?: PlantName | undefined
}
