import type { Clock, InvalidInput, Logger, StoreUnavailable } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import type { TryLock } from '../async/TryLock.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import type { WorkerContext } from '../handlers/HandlerWorker.ts'
import type { PartitionLogOptions } from '../history/PartitionLog.ts'
import type { VerifiableLog } from '../history/rewindDetection.ts'
import type { CommitBatcher } from './CommitBatcher.ts'
import type { ParkedDocument } from './ParkedDocument.ts'
import type { StoredStateLoader } from './StoredStateLoader.ts'

export interface PartitionOptions extends PartitionLogOptions {
  readonly definition: HandlerDefinition
  /** Number of partitions of the whole handler. */
  readonly partitions: number
  readonly commitBatcher: CommitBatcher
  readonly storedState: StoredStateLoader
  readonly store: WorkerContext['store'] & VerifiableLog
  /** Reads the deliveries that parked events have today, by position; none for an event that is not in the log. */
  readonly readParked: (
    parked: ReadonlyArray<Pick<ParkedDocument, 'id' | 'position'>>,
  ) => Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyMap<number, ReadonlyArray<Delivery>>>>
  /** Held while an event that may have ended a process is handled. All partitions of this process share it. */
  readonly suspects: TryLock
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
