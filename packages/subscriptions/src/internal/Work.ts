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
import type { HandlingFailure } from '../FailurePolicy.ts'
import type { HandlerRewound } from '../HandlerRewound.ts'
import type { Delivery } from './Delivery.ts'

/** An event that is to be parked; `behind` says that it only stands behind another of its lane, `whole` that it stands there with all its lanes. */
export interface Parking {
  readonly delivery: Delivery
  readonly why: HandlingFailure | 'behind'
  readonly whole?: boolean
}

/** An event that is to be tried again. Its lane is held up until then; `status` says how often it was tried, and how long to wait now. */
export interface Holding {
  readonly delivery: Delivery
  readonly status: RetryStatus
}

/** Which try of the first event it is; and whether a turn waits for all tries, because there is nobody whom that holds up. */
export interface Trying {
  readonly status: RetryStatus
  readonly patient: boolean
}

export const firstTry: Trying = { status: defaultRetryStatus, patient: false }

export const allTries: Trying = { status: defaultRetryStatus, patient: true }

/** Commits in a way of its own, such as in a transaction with more. */
export type CommitWithin = (
  commit: HandlerCommit,
) => Promise<E.Either<HandlingFailure | InvalidInput | StoreUnavailable, CommitOutcome>>

/** Why a handler is to stop, and at which event, when it was one. */
export interface Stop {
  readonly event?: RecordedEvent
  readonly why: HandlingFailure | HandlerRewound | InvalidInput
}

/**
 * What was done in one go and is to be committed. With `stop`, everything before its event was done, and nothing from it on. So it is with `again`, of
 * which the first is where the next turn begins.
 */
export interface Turn {
  readonly changes: ReadonlyArray<DocumentChange>
  readonly parked: ReadonlyArray<Parking>
  readonly stop?: Stop
  readonly again?: ReadonlyArray<Delivery>
  /** Lanes that are to be held up, each from this event on. */
  readonly held?: ReadonlyArray<Holding>
  readonly within?: CommitWithin
  /** What is committed instead of a turn that is no batch of events, when it cannot be committed itself. */
  readonly instead?: (why: HandlingFailure) => Turn
}

export const nothing: Turn = { changes: [], parked: [] }

export type Turned = E.Either<InvalidInput | StoreUnavailable, Turn>

/** What the work on a partition is given. `enqueue` puts a turn of its own into the partition's queue, before the events that wait. */
export interface WorkTools {
  readonly partition: PartitionRef
  readonly store: HandlerStore
  /** Fires when the partition is lost, or its time to end is over: nothing that is done after it counts. */
  readonly signal: AbortSignal
  /** Fires when the partition is to end: what is under way is finished, and nothing else is begun. */
  readonly ending: AbortSignal
  /** Whether something may be begun: the partition is not to end, and surely ours. */
  readonly mayBegin: () => boolean
  /** Says for the status that something is to be tried again; what comes back says that it is over. */
  readonly retrying: () => () => void
  readonly enqueue: (turn: () => Promise<Turned>) => void
  /** How many commits the partition has seen: the number of the turn under way, and of no other. */
  readonly revision: () => number
  readonly logger: Logger
}

/** The work of a handler on one partition: turns, one after another. After each that was committed, `committed` is called; state that is kept in memory changes then. */
export interface Work {
  /** Before the first turn: commands that an earlier holder of the partition has left. */
  readonly open: (commands: ReadonlyArray<HandlerDocument>) => void
  readonly handle: (batch: ReadonlyArray<Delivery>, trying: Trying) => Promise<Turned>
  /** Timers that are due. */
  readonly fire: (timers: ReadonlyArray<HandlerDocument>) => Promise<Turned>
  readonly committed: () => void
  /** So much is under way that no event is to be handled before some of it is answered. */
  readonly full: () => boolean
  /** Waits for what was started and is not part of a turn, such as commands on their way. */
  readonly close: () => Promise<void>
}

/** Of work that is nothing but turns over events. */
export const noMore = {
  open: () => {},
  fire: async (): Promise<E.Either<never, Turn>> => ({ _tag: 'Right', right: nothing }),
  full: () => false,
  close: async () => {},
} as const satisfies Partial<Work>
