import type { Clock, HistoryId, InvalidInput, Lease, Logger, StoreUnavailable } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import type { EventRef } from '../../HandlerRewound.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import type { WorkerContext } from '../handlers/HandlerWorker.ts'
import type { HandledPlace, VerifiableLog } from '../history/rewindDetection.ts'
import type { CommitBatcher } from './CommitBatcher.ts'
import type { StoredStateLoader } from './StoredStateLoader.ts'

export interface PartitionOptions {
  readonly definition: HandlerDefinition
  readonly lease: Lease
  /** The history of the log to which the position of the lease belongs. */
  readonly history: HistoryId
  /** How far this process has handled the partition before, when the log may have gone back since. */
  readonly previous: HandledPlace | undefined
  /** The last events of the partition that this process has handled under earlier leases, in order. */
  readonly earlier: ReadonlyArray<EventRef>
  /** The last events that this process has handled, of any partition, in any order. */
  readonly remembered: () => ReadonlyArray<EventRef>
  /** Number of partitions of the whole handler. */
  readonly partitions: number
  readonly commitBatcher: CommitBatcher
  readonly storedState: StoredStateLoader
  readonly store: WorkerContext['store'] & VerifiableLog
  readonly read: (position: number) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<Delivery>>>
  readonly clock: Clock
  readonly logger: Logger
  /** Whether the lease is valid. */
  readonly isLeaseValid: () => boolean
  /** Called when there is room for more deliveries, and after each commit. */
  readonly onProgress: () => void
  /** Called with the time at which the first of the documents of a commit is due. */
  readonly onDue: (time: number) => void
  /** Milliseconds that a lease lasts without a heartbeat. */
  readonly leaseTime: number
  /** Milliseconds after which an advance over events that the handler does not get is committed. */
  readonly idleCommitInterval: number
  readonly batchSize: number
}
