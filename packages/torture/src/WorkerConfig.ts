import type { Scope } from './Observations.ts'

/**
 * The configuration of every worker process: `url` leads through the proxy, `file` is its journal or its observations,
 * and `name` and `incarnation` (0 for the first process of its name) select its random choices.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommonConfig {
  readonly name: string
  readonly incarnation: number
  readonly url: string
  readonly schema: string
  readonly file: string
  readonly seed: number
}

/**
 * Writers that share a process, and so a store, and the number of appends of each per second.
 *
 * @category model
 * @since 0.1.0
 */
export interface WritersConfig extends CommonConfig {
  readonly role: 'writers'
  readonly writers: ReadonlyArray<string>
  readonly appendsPerSecond: number
}

/**
 * A reader with a checkpoint. A `naive` one trusts the highest position that it sees, which the checker must detect.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReaderConfig extends CommonConfig {
  readonly role: 'reader'
  readonly scope: Scope
  readonly naive: boolean
}

/**
 * Handlers of every kind, with their number of partitions and their leases in milliseconds. `unfenced` handlers write
 * beside their transactions, which the checker must detect.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlersConfig extends CommonConfig {
  readonly role: 'handlers'
  readonly partitions: number
  readonly leaseTime: number
  readonly unfenced: boolean
}

/**
 * The role of a worker process. A new role is a new member here and a branch in workerProcess.ts.
 *
 * @category model
 * @since 0.1.0
 */
export type WorkerConfig = WritersConfig | ReaderConfig | HandlersConfig

/**
 * A command of the coordinator to a running worker. `finish`: end the work, a reader not before this position; `jump`:
 * shift the clock by this number of milliseconds from now on; `transaction`: append within a transaction, and hold it
 * open.
 *
 * @category model
 * @since 0.1.0
 */
export type WorkerCommand =
  | { readonly command: 'finish'; readonly position: number }
  | { readonly command: 'jump'; readonly milliseconds: number }
  | { readonly command: 'transaction'; readonly holdMs: number; readonly undo: boolean }

/**
 * The name of a role's connections in pg_stat_activity.
 *
 * @category constructors
 * @since 0.1.0
 */
export const applicationName = ({ role }: WorkerConfig): string => `foldlog torture ${role}`
