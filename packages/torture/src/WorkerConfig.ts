import type { Scope } from './Observations.ts'

/**
 * What a worker process needs whatever it does: `url` leads through the proxy, `file` is its journal or its observations, and `name` and `incarnation`
 * (0 for the first process of its name) make its chance its own.
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
 * Writers that share a process, and so a store, at so many appends a second each.
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
 * A reader with a checkpoint. A `naive` one trusts the highest position it sees, and must be found out.
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
 * Handlers of every kind with so many partitions each, and leases of so many milliseconds. Those that are `unfenced` write beside their transactions, and must be found out.
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
 * What a worker process is started for. A new role is a new member here and a branch in workerProcess.ts.
 *
 * @category model
 * @since 0.1.0
 */
export type WorkerConfig = WritersConfig | ReaderConfig | HandlersConfig

/**
 * What the coordinator says to a worker that runs. `finish`: come to an end, a reader not before this position; `jump`: let the clock be wrong by so much
 * from now on; `transaction`: append within a transaction, and hold it open.
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
