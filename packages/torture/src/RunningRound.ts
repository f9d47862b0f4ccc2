import type { PostgresStore } from '@foldlog/postgres-store'
import type postgres from 'postgres'
import type { Rewinder } from './handlers/Rewinder.ts'
import type { PartitionWatcher } from './handlers/watchPartitions.ts'
import type { Settings } from './Settings.ts'
import type { Worker } from './Worker.ts'
import type { Workspace } from './Workspace.ts'
import type { WorkerSpec } from './workerSpecs.ts'

/**
 * The parts of a round while it runs. `watch`, `rewinder` and `stopTransfers` are absent in rounds that do not need
 * them.
 *
 * @category model
 * @since 0.1.0
 */
export interface RunningRound {
  readonly settings: Settings
  readonly sql: postgres.Sql
  readonly store: PostgresStore
  readonly schema: string
  readonly workspace: Workspace
  readonly specs: ReadonlyArray<WorkerSpec>
  readonly workers: ReadonlyArray<Worker>
  readonly watch: PartitionWatcher | undefined
  readonly rewinder: Rewinder | undefined
  readonly stopTransfers: (() => Promise<void>) | undefined
}
