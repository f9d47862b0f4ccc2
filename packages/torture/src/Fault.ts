import type { EmbeddedPostgresError } from '@foldlog/postgres-embedded'
import type { taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import type { Cluster } from './Cluster.ts'
import type { Recovery } from './FaultSpan.ts'
import type { Rewinder } from './handlers/Rewinder.ts'
import type { Network } from './Network.ts'
import type { Random } from './Random.ts'
import type { Worker } from './Worker.ts'
import type { WorkerConfig } from './WorkerConfig.ts'

/**
 * The server of a round: one that can crash and restart on its port, or the address of several servers that fail over
 * by themselves.
 *
 * @category model
 * @since 0.1.0
 */
export interface Server {
  readonly url: string
  readonly restart: (mode: 'immediate') => TE.TaskEither<EmbeddedPostgresError, unknown>
}

/**
 * The environment of faults. `sql`: a client of the coordinator with a direct connection to the server. `hold`: waits
 * for a number of milliseconds, at most until the time of faults is over.
 *
 * @category model
 * @since 0.1.0
 */
export interface FaultContext {
  readonly random: Random
  readonly server: Server
  readonly schema: string
  readonly sql: postgres.Sql
  readonly network: Network
  readonly workers: ReadonlyArray<Worker>
  /** The lease of handlers, in milliseconds. */
  readonly leaseTime: number
  readonly hold: (milliseconds: number) => Promise<void>
  /** The servers behind the one address, in rounds where they replace each other. */
  readonly cluster: Cluster | undefined
  /** Makes the log go back, and recovers handlers. Only in rounds whose faults are rewinds. */
  readonly rewinder: Rewinder | undefined
}

/**
 * A kind of fault. `strike` causes it, undoes it if necessary, and returns whether it had an effect, or how long the
 * recovery took. A rejection means that it had no effect.
 *
 * @category model
 * @since 0.1.0
 */
export interface Fault {
  readonly kind: string
  /**
   * The role that it strikes, when that is one role. A round without such workers leaves this fault out, and keeps the
   * order of the others.
   */
  readonly role?: WorkerConfig['role']
  /** How many times it occurs in each round of all faults. */
  readonly share: number
  readonly inject: (context: FaultContext) => Promise<boolean | Recovery>
}
