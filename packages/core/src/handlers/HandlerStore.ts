import type { taskEither as TE } from 'fp-ts'
import type { HistoryId, LogPosition } from '../store/LogPosition.ts'
import type { StoreUnavailable } from '../store/StoreError.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type {
  DocumentChange,
  DocumentPage,
  DocumentQuery,
  DocumentRef,
  DueDocuments,
  HandlerDocument,
} from './HandlerDocument.ts'
import type { HandlerRef, PartitionRef } from './HandlerRef.ts'
import type { GenerationRole, HandlerGeneration, HandlerStatus } from './HandlerStatus.ts'
import type { Heartbeat, HeartbeatAnswer, Lease } from './Lease.ts'

/**
 * A handler to register: into how many partitions its events are divided (1 to 1,024), and the position after which it
 * begins. `partitions` applies when this generation is created. `start` applies when the handler is created, with its
 * first generation, and never again: every later generation begins at the start of the first, so that it holds the same
 * events as the first.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerRegistration extends HandlerRef {
  readonly partitions: number
  /** The position after which it begins; 0 for the beginning of the log. Ignored for a handler that is known. */
  readonly start: number
}

/**
 * A handler as it was created: with how many partitions, the position after which it began, which of its generations
 * serves queries, and the role of this one.
 *
 * @category model
 * @since 0.1.0
 */
export interface RegisteredHandler extends HandlerRef {
  readonly partitions: number
  /** The position after which the first generation began, and therefore all generations. */
  readonly start: number
  /** The generation that serves queries. */
  readonly serving: number
  readonly role: GenerationRole
}

/**
 * Why a generation does not take over: its checkpoint is `behind` that of the serving one, some of its events are
 * `parked`, or a `rollback` was requested and has precedence.
 *
 * @category model
 * @since 0.1.0
 */
export type TakeoverBlock = 'behind' | 'parked' | 'rollback'

/**
 * The answer to {@link HandlerStore}`.promote`. `blockedBy` is `null` when the generation serves, and when it is
 * neither building nor returning.
 *
 * @category model
 * @since 0.1.0
 */
export interface Promotion extends RegisteredHandler {
  readonly blockedBy: TakeoverBlock | null
}

/**
 * Work on a partition that is done: its new checkpoint, and the documents that changed, all or none. `epoch` and
 * `revision` are those of the lease, `revision` rising by one with each commit. `sourcePosition` is the last place of the log
 * that anything in this commit was made from; it is at or behind `position`.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerCommit extends PartitionRef {
  readonly epoch: number
  readonly revision: number
  readonly position: number
  readonly changes: ReadonlyArray<DocumentChange>
  readonly sourcePosition?: LogPosition
}

/**
 * What became of a {@link HandlerCommit}: `fenced` says that another member holds the partition by now, and that this call
 * has written nothing of it. (Sent again after a lost connection, it may have been written before that; then the others
 * have gone on from there.) `rewound` says that the log was rewound since: the commit was made from events that this
 * log no longer has, and nothing of it was written.
 *
 * @category model
 * @since 0.1.0
 */
export type CommitOutcome = 'committed' | 'fenced' | 'rewound'

/**
 * How far handlers are, in a history of the log. `positions` has the lowest checkpoint of the partitions of each
 * handler, by name; an unknown handler is left out.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerCheckpoints {
  readonly history: HistoryId
  readonly positions: Readonly<Record<string, number>>
}

/**
 * A partition of a generation, as it was when it was read: see {@link PartitionStatus}.
 *
 * @category model
 * @since 0.1.0
 */
export interface PartitionRevision {
  readonly generation: number
  readonly partition: number
  readonly epoch: number
  readonly revision: number
}

/**
 * A handler to set back: the position, and the partitions from which that position was computed. The partitions are all
 * those of the generations that are set back.
 *
 * @category model
 * @since 0.1.0
 */
export interface SetBack {
  readonly name: string
  readonly position: number
  readonly partitions: ReadonlyArray<PartitionRevision>
}

type StoreTask<A> = TE.TaskEither<InvalidInput | StoreUnavailable, A>

/**
 * Where handlers keep how far they are, who works on what, and what they know: the port between the runtime of handlers and storage. All that is
 * exactly once rests on one function, {@link HandlerStore}`.commit`.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStore {
  /**
   * Registers a generation of a handler, unless it is registered already. The first generation of a handler serves at
   * once, a later one when it is promoted. All generations begin at the start of the first.
   */
  readonly register: (handler: HandlerRegistration) => StoreTask<RegisteredHandler>

  /**
   * Renews the leases of a member and takes free or expired partitions up to its fair share: as many as all partitions, divided by the members that live.
   * One answer for each heartbeat, in order. A lease lasts `leaseTime` milliseconds by the clock of the store.
   */
  readonly heartbeat: (heartbeats: ReadonlyArray<Heartbeat>) => StoreTask<ReadonlyArray<HeartbeatAnswer>>

  /** Gives leases up, so that others need not wait until they expire. What is in other hands already stays there. */
  readonly release: (leases: ReadonlyArray<Lease>) => StoreTask<void>

  /**
   * Commits work on partitions, each whole or not at all, whatever becomes of the others. One outcome for each, in order. A partition may stand in one call
   * once.
   *
   * A commit is written when its epoch is the partition's and its revision the partition's too, which then rises by
   * one. The same commit sent again (its revision is one below, its position the partition's) is `committed`, and not
   * written twice: so it may be repeated after a lost connection. Everything else is `fenced`. A commit that would
   * otherwise be written is `rewound` when its `sourcePosition` is no place of this log, or when it would move the checkpoint
   * beyond the last event. A commit without `sourcePosition` that leaves the checkpoint where it is claims nothing about the
   * log: so a handler whose log was rewound can still store why it stops.
   *
   * Whoever does not know what became of a commit sends the same one again, or gives the lease up and takes it anew: other work with the revision of
   * one that was written would be taken for it. A document is written from one partition only, the one that its events belong to.
   */
  readonly commit: (commits: ReadonlyArray<HandlerCommit>) => StoreTask<ReadonlyArray<CommitOutcome>>

  /** Reads documents by their keys, at most 10,000 at once; what is not there is left out. In no order. */
  readonly getDocuments: (
    of: Omit<DocumentQuery, 'partitions' | 'where' | 'prefix' | 'after' | 'count'>,
    keys: ReadonlyArray<string>,
  ) => StoreTask<ReadonlyArray<HandlerDocument>>

  /** Reads a page of documents. A handler that is not known has none: generation 0, position 0. */
  readonly listDocuments: (query: DocumentQuery) => StoreTask<DocumentPage>

  /** Reads at most `count` documents of these partitions that are due now, by the clock of the store. */
  readonly dueDocuments: (of: HandlerRef, partitions: ReadonlyArray<number>, count: number) => StoreTask<DueDocuments>

  /**
   * Asks whoever works on a document to do something with it, such as to try a parked event again: the document gets the wish and is due at once. Says
   * whether there is such a document. A wish is a text of 1 to 64 characters.
   */
  readonly requestAction: (document: DocumentRef, action: string) => StoreTask<boolean>

  /**
   * Lets a generation serve queries, in one step, when it holds everything that the serving one holds at that moment.
   * Otherwise `blockedBy` of the answer says why not.
   *
   * - A `building` generation takes over when its checkpoint, the lowest of its partitions, is at least that of the
   *   serving one, none of its events is parked, and no rollback is requested.
   * - A `returning` generation takes over when its checkpoint is at least that of the serving one. Events that it has
   *   parked do not prevent this: it served with them.
   * - For any other generation nothing changes.
   *
   * So the position of what is read never goes back. The generation that served becomes the `previous` one and is
   * frozen: its epochs rise, and no member gets a lease of it, so its position stays where it was at the swap.
   */
  readonly promote: (handler: HandlerRef) => StoreTask<Promotion>

  /**
   * Requests that the `previous` generation serves again: it becomes `returning`, members get leases of it, and
   * `promote` lets it serve when it has caught up. With the serving generation itself, such a request is cancelled. A
   * repeated call changes nothing. Any other generation is `InvalidInput`, and so is one whose documents were made from
   * lost events: see `resetCheckpoints`.
   */
  readonly rollBack: (handler: HandlerRef) => StoreTask<RegisteredHandler>

  /**
   * Forgets a generation that does not serve: its checkpoints, leases and documents. The one that serves is refused as `InvalidInput`. Its number may be
   * used again; the epochs of the new generation begin above those of the old one, so that nobody writes into it who worked on the old one.
   */
  readonly retire: (handler: HandlerRef) => StoreTask<void>

  /**
   * Sets generations of a handler back to `position`, in one step, after the log went back. No partition of them is
   * beyond `position` then. Parked events behind it are forgotten, and so are notes of events that were done behind it,
   * ahead of a checkpoint (`gaps`, by the `doneTo` of their data). The handler is no longer stopped. Every lease ends,
   * and work under it is fenced. Views, states of processes, timers and commands stay as they are. Returns the position
   * of the furthest partition before; `InvalidInput` when there is no such handler.
   *
   * The answer is `changed`, and nothing is changed, when the partitions of these generations are not those that are
   * named, or one of them has another epoch or revision by now. Read the status again, and compute the position anew.
   *
   * When a partition was beyond the position, or a note is forgotten, the documents of its generation were made from
   * lost events. Such a generation never takes over, and is not kept for a rollback.
   */
  readonly resetCheckpoints: (handler: SetBack) => StoreTask<number | 'changed'>

  /** The checkpoints of the serving generations of handlers. */
  readonly checkpoints: (names: ReadonlyArray<string>) => StoreTask<HandlerCheckpoints>

  /**
   * All generations of all handlers, ordered by name and number. Every process that runs handlers asks this at each of its heartbeats: it must cost
   * nothing for each document that a handler keeps, nor for each event.
   */
  readonly generations: TE.TaskEither<StoreUnavailable, ReadonlyArray<HandlerGeneration>>

  /** All handlers, whatever process runs them, with all that is known of them, ordered by name and generation. What it counts may cost a look at each. */
  readonly handlerStatuses: TE.TaskEither<StoreUnavailable, ReadonlyArray<HandlerStatus>>
}
