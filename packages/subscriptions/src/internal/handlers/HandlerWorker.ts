import type { Clock, HandlerStore, InvalidInput, Logger, RecordedEvent, StoreUnavailable } from '@foldlog/core'
import type { CommitOutcome, DocumentChange, HandlerCommit, HandlerDocument, PartitionRef } from '@foldlog/core/store'
import type { either as E } from 'fp-ts'
import { defaultRetryStatus, type RetryStatus } from 'retry-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { HandlerRewound } from '../../HandlerRewound.ts'
import type { ReportedCommand } from '../../WaitingCommand.ts'
import type { Delivery } from './Delivery.ts'
import type { ParkedInput, ParkInput } from './ParkedInput.ts'

/** Handles the deliveries of one partition for a handler, in units of work, one after another. */
export interface HandlerWorker {
  /** Before the first unit of work: commands that an earlier owner of the partition has left. */
  readonly restore: (commands: ReadonlyArray<HandlerDocument>) => void
  readonly handle: (batch: ReadonlyArray<Delivery>, attempt: Attempt) => Promise<UnitResult>
  /**
   * Handles timers that are due at `now`, in milliseconds since 1970. With a `failure`, each of them counts as failed
   * by it, and nothing is called.
   */
  readonly fire: (timers: ReadonlyArray<HandlerDocument>, now: number, failure?: HandlerFailure) => Promise<UnitResult>
  /** Handles an input that is parked in a lane, or says why it failed again. */
  readonly retryInput: (
    lane: string,
    input: ParkedInput,
  ) => Promise<E.Either<InvalidInput | StoreUnavailable, E.Either<HandlerFailure, UnitOfWork>>>
  /** Called after each unit of work: lanes that were blocked may be free. */
  readonly onLanesChanged: () => void
  /** Whether so many commands are in flight that no event may be handled before some of them are answered. */
  readonly full: () => boolean
  /** The commands that have waited for an answer for a while. */
  readonly waitingCommands: () => ReadonlyArray<ReportedCommand>
  /** Waits for work that is not part of a unit of work, such as commands in flight. */
  readonly close: () => Promise<void>
}

/**
 * An event to park. `behind`: it did not fail itself, it follows a parked event of its lane. `whole`: it is parked for
 * all lanes it has in this partition. `tries`: how often it was tried; once when absent.
 */
export interface ParkRequest {
  readonly delivery: Delivery
  readonly why: HandlerFailure | 'behind'
  readonly whole?: boolean
  readonly tries?: number
}

/** An event that has failed, and that the policy skips. */
export interface SkippedEvent {
  readonly delivery: Delivery
  readonly why: HandlerFailure
}

/**
 * An event to retry. Its lane is blocked until then; `status` has the number of attempts so far, and the delay before
 * the next. `why` is how the last attempt failed.
 */
export interface LaneRetry {
  readonly delivery: Delivery
  readonly status: RetryStatus
  readonly why: HandlerFailure
}

/**
 * Which attempt of the first event this is, and whether the unit of work waits for all retries, because no other lane
 * waits for it.
 */
export interface Attempt {
  readonly status: RetryStatus
  readonly waitForRetries: boolean
}

export const firstAttempt: Attempt = { status: defaultRetryStatus, waitForRetries: false }

export const untilSettled: Attempt = { status: defaultRetryStatus, waitForRetries: true }

/** Commits in a way of its own, such as in a transaction with other writes. */
export type CommitWith = (
  commit: HandlerCommit,
) => Promise<E.Either<HandlerFailure | InvalidInput | StoreUnavailable, CommitOutcome>>

/** Why a handler must stop, and at which event, if at one, after how many tries (one when absent). */
export interface StopRequest {
  readonly event?: RecordedEvent
  readonly tries?: number
  readonly why: HandlerFailure | HandlerRewound | InvalidInput
}

/**
 * What was done in one go, to be committed together. With `stop`, everything before its event is handled, and nothing
 * from it on. The same holds for `unfinished`, whose first delivery is where the next unit of work begins.
 */
export interface UnitOfWork {
  readonly changes: ReadonlyArray<DocumentChange>
  readonly parked: ReadonlyArray<ParkRequest>
  /** Events that the policy skips. They count as handled, and are only logged. */
  readonly skipped?: ReadonlyArray<SkippedEvent>
  readonly stop?: StopRequest
  readonly unfinished?: ReadonlyArray<Delivery>
  /** Inputs of processes that are parked in their lanes, as events are. */
  readonly parkedInputs?: ReadonlyArray<ParkInput>
  /** Lanes to block for retry, each from this event on. */
  readonly retries?: ReadonlyArray<LaneRetry>
  readonly commitWith?: CommitWith
  /**
   * What is committed instead when the store rejects this unit of work, which is no batch of events. Absent: the
   * handler stops.
   */
  readonly onRejected?: (why: HandlerFailure) => UnitOfWork
  /** Changes what the worker keeps in memory, once the unit of work is committed. */
  readonly onCommitted?: () => void
}

export const emptyUnit: UnitOfWork = { changes: [], parked: [] }

export type UnitResult = E.Either<InvalidInput | StoreUnavailable, UnitOfWork>

/**
 * The context of a worker for a partition. `enqueue` puts a unit of work of its own into the partition's queue, before
 * the events that wait.
 */
export interface WorkerContext {
  readonly partition: PartitionRef
  readonly store: HandlerStore
  /** Fires when the partition is lost, or its time to end is over: nothing that is done after it counts. */
  readonly signal: AbortSignal
  /** Fires when the partition begins to drain: work in flight is finished, and nothing else is begun. */
  readonly draining: AbortSignal
  /** Whether work may begin: the partition is running, and its lease is valid. */
  readonly mayBegin: () => boolean
  /** Marks in the status that a retry is pending; the returned function ends the mark. */
  readonly markRetrying: () => () => void
  readonly enqueue: (task: () => Promise<UnitResult>) => void
  /** Number of commits of the partition so far: it identifies the unit of work in progress, and no other. */
  readonly revision: () => number
  /** Whether an event of this lane is parked, or waits for a retry. */
  readonly isBlocked: (lane: string) => boolean
  /** Whether an event of any lane is parked. */
  readonly hasBlocked: () => boolean
  readonly clock: Clock
  readonly logger: Logger
  /** Logs a failed attempt that another one follows. */
  readonly logRetry: (retry: LaneRetry) => void
  /** Logs that several events have failed together, and are handled one by one to find the one that fails. */
  readonly logSplit: (events: ReadonlyArray<Delivery>, why: HandlerFailure) => void
}

/** The part of a worker that handles only events. */
export const eventsOnly = {
  restore: () => {},
  fire: async (): Promise<E.Either<never, UnitOfWork>> => ({ _tag: 'Right', right: emptyUnit }),
  retryInput: async (): Promise<E.Either<never, E.Either<never, UnitOfWork>>> => ({
    _tag: 'Right',
    right: { _tag: 'Right', right: emptyUnit },
  }),
  onLanesChanged: () => {},
  full: () => false,
  waitingCommands: () => [],
  close: async () => {},
} as const satisfies Partial<HandlerWorker>
