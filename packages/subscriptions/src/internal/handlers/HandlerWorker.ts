import type {
  CommitOutcome,
  DocumentChange,
  HandlerCommit,
  HandlerDocument,
  HandlerStore,
  InvalidInput,
  Logger,
  PartitionRef,
  RecordedEvent,
  StoreUnavailable,
} from '@foldlog/core'
import type { either as E } from 'fp-ts'
import { defaultRetryStatus, type RetryStatus } from 'retry-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { HandlerRewound } from '../../HandlerRewound.ts'
import type { Delivery } from './Delivery.ts'

/** An event that is to be parked; `behind` says that it only stands behind another of its lane, `whole` that it stands there with all its lanes. */
export interface ParkRequest {
  readonly delivery: Delivery
  readonly why: HandlerFailure | 'behind'
  readonly whole?: boolean
}

/** An event that is to be tried again. Its lane is held up until then; `status` says how often it was tried, and how long to wait now. */
export interface LaneRetry {
  readonly delivery: Delivery
  readonly status: RetryStatus
}

/** Which try of the first event it is; and whether a turn waits for all tries, because there is nobody whom that holds up. */
export interface Attempt {
  readonly status: RetryStatus
  readonly waitForRetries: boolean
}

export const firstAttempt: Attempt = { status: defaultRetryStatus, waitForRetries: false }

export const untilSettled: Attempt = { status: defaultRetryStatus, waitForRetries: true }

/** Commits in a way of its own, such as in a transaction with more. */
export type CommitWith = (
  commit: HandlerCommit,
) => Promise<E.Either<HandlerFailure | InvalidInput | StoreUnavailable, CommitOutcome>>

/** Why a handler is to stop, and at which event, when it was one. */
export interface StopRequest {
  readonly event?: RecordedEvent
  readonly why: HandlerFailure | HandlerRewound | InvalidInput
}

/**
 * What was done in one go and is to be committed. With `stop`, everything before its event was done, and nothing from it on. So it is with `unfinished`, of
 * which the first is where the next turn begins.
 */
export interface UnitOfWork {
  readonly changes: ReadonlyArray<DocumentChange>
  readonly parked: ReadonlyArray<ParkRequest>
  readonly stop?: StopRequest
  readonly unfinished?: ReadonlyArray<Delivery>
  /** Lanes that are to be held up, each from this event on. */
  readonly retries?: ReadonlyArray<LaneRetry>
  readonly commitWith?: CommitWith
  /** What is committed instead of a turn that is no batch of events, when it cannot be committed itself. */
  readonly onCommitRejected?: (why: HandlerFailure) => UnitOfWork
}

export const emptyUnit: UnitOfWork = { changes: [], parked: [] }

export type UnitResult = E.Either<InvalidInput | StoreUnavailable, UnitOfWork>

/** What the work on a partition is given. `enqueue` puts a turn of its own into the partition's queue, before the events that wait. */
export interface WorkerContext {
  readonly partition: PartitionRef
  readonly store: HandlerStore
  /** Fires when the partition is lost, or its time to end is over: nothing that is done after it counts. */
  readonly signal: AbortSignal
  /** Fires when the partition is to end: what is under way is finished, and nothing else is begun. */
  readonly draining: AbortSignal
  /** Whether something may be begun: the partition is not to end, and surely ours. */
  readonly mayBegin: () => boolean
  /** Says for the status that something is to be tried again; what comes back says that it is over. */
  readonly markRetrying: () => () => void
  readonly enqueue: (task: () => Promise<UnitResult>) => void
  /** How many commits the partition has seen: the number of the turn under way, and of no other. */
  readonly revision: () => number
  readonly logger: Logger
}

/** The work of a handler on one partition: turns, one after another. After each that was committed, `committed` is called; state that is kept in memory changes then. */
export interface HandlerWorker {
  /** Before the first turn: commands that an earlier holder of the partition has left. */
  readonly restore: (commands: ReadonlyArray<HandlerDocument>) => void
  readonly handle: (batch: ReadonlyArray<Delivery>, attempt: Attempt) => Promise<UnitResult>
  /** Timers that are due. */
  readonly fire: (timers: ReadonlyArray<HandlerDocument>) => Promise<UnitResult>
  readonly committed: () => void
  /** So much is under way that no event is to be handled before some of it is answered. */
  readonly full: () => boolean
  /** Waits for what was started and is not part of a turn, such as commands on their way. */
  readonly close: () => Promise<void>
}

/** Of work that is nothing but turns over events. */
export const eventsOnly = {
  restore: () => {},
  fire: async (): Promise<E.Either<never, UnitOfWork>> => ({ _tag: 'Right', right: emptyUnit }),
  full: () => false,
  close: async () => {},
} as const satisfies Partial<HandlerWorker>
