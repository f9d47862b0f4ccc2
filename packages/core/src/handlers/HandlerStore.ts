import type { taskEither as TE } from 'fp-ts'
import type { StoreTask, StoreUnavailable } from '../store/StoreError.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { HandlerCheckpoints, SetBack } from './HandlerCheckpoints.ts'
import type { CommitOutcome, HandlerCommit } from './HandlerCommit.ts'
import type {
  DocumentCount,
  DocumentFilter,
  DocumentPage,
  DocumentQuery,
  DocumentRef,
  DueDocuments,
  HandlerDocument,
} from './HandlerDocument.ts'
import type { HandlerMismatch } from './HandlerIdentity.ts'
import type { HandlerRef } from './HandlerRef.ts'
import type { HandlerRegistration, Promotion, RegisteredHandler } from './HandlerRegistration.ts'
import type { HandlerInUse, HandlerRemoval } from './HandlerRemoval.ts'
import type { HandlerGeneration, HandlerStatus } from './HandlerStatus.ts'
import type { Heartbeat, HeartbeatAnswer, Lease } from './Lease.ts'
import type { IndexChanges, ViewIndex } from './ViewIndex.ts'

/**
 * The port between the handler runtime and storage: it stores checkpoints, leases and documents. Exactly-once handling
 * rests on one function, {@link HandlerStore}`.commit`.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStore {
  /**
   * Registers a generation of a handler, unless it is already registered. The first generation of a handler serves at
   * once, a later one when it is promoted. All generations begin at the start of the first.
   *
   * The answer is the stored registration; the caller compares it with its code ({@link HandlerIdentity}). Only when
   * `kind` differs from that of a generation of this handler, the store itself returns `HandlerMismatch`, and changes
   * nothing.
   */
  readonly register: (
    handler: HandlerRegistration,
  ) => TE.TaskEither<HandlerMismatch | InvalidInput | StoreUnavailable, RegisteredHandler>

  /**
   * Renews the leases of a member and takes free or expired partitions up to its fair share: the number of partitions
   * divided by the number of live members. One answer for each heartbeat, in order. A lease lasts `leaseTime`
   * milliseconds by the store's clock.
   */
  readonly heartbeat: (heartbeats: ReadonlyArray<Heartbeat>) => StoreTask<ReadonlyArray<HeartbeatAnswer>>

  /**
   * Releases leases, so that other members need not wait until they expire. A partition that another member already
   * owns stays with it.
   */
  readonly release: (leases: ReadonlyArray<Lease>) => StoreTask<void>

  /**
   * Commits work on partitions. Each commit is written whole or not at all, independently of the others. One outcome
   * for each, in order. A call may contain a partition once.
   *
   * A commit is written when its epoch and its revision are those of the partition, whose revision then rises by one.
   * When the same commit is sent again (its revision is one below, its position the partition's), the outcome is
   * `committed` and nothing is written twice: so it may be repeated after a lost connection. Everything else is
   * `fenced`. A commit that would otherwise be written is `rewound` when its `sourcePosition` is no place of this log,
   * or when it would move the checkpoint beyond the last event. A commit without `sourcePosition` that leaves the
   * checkpoint unchanged claims nothing about the log: so a handler whose log was rewound can still store why it stops.
   *
   * A caller that does not know the outcome of a commit must send the same one again, or release the lease and acquire
   * it again: the store would mistake other work with the revision of a written commit for that commit. A document is
   * written from one partition only, the one to which its events belong.
   */
  readonly commit: (commits: ReadonlyArray<HandlerCommit>) => StoreTask<ReadonlyArray<CommitOutcome>>

  /** Reads documents by their keys, at most 10,000 at once, in no order; keys without a document are left out. */
  readonly getDocuments: (
    of: Pick<DocumentQuery, 'name' | 'generation' | 'kind'>,
    keys: ReadonlyArray<string>,
  ) => StoreTask<ReadonlyArray<HandlerDocument>>

  /** Reads a page of documents. For an unknown handler the page is empty: generation 0, position 0. */
  readonly listDocuments: (query: DocumentQuery) => StoreTask<DocumentPage>

  /**
   * Counts the documents that a filter selects. For an unknown handler the count is 0, with generation 0 and position
   * 0.
   */
  readonly countDocuments: (filter: DocumentFilter) => StoreTask<DocumentCount>

  /**
   * Declares which indexes the views of a handler need, in place of those that were declared before. An index has one
   * or more fields. It changes no answer, only the time of a query; a store that needs no indexes does nothing.
   */
  readonly declareIndexes: (name: string, indexes: ReadonlyArray<ViewIndex>) => StoreTask<void>

  /**
   * Creates the missing declared indexes of all handlers, and drops indexes that are not declared any more. Readers and
   * writers are not blocked. It may take minutes. One caller does the work at a time.
   */
  readonly createIndexes: TE.TaskEither<StoreUnavailable, IndexChanges>

  /**
   * Reads documents of these partitions that are due now, by the store's clock, at most `count` of each kind: many
   * requested actions do not keep a timer back.
   */
  readonly dueDocuments: (of: HandlerRef, partitions: ReadonlyArray<number>, count: number) => StoreTask<DueDocuments>

  /**
   * Requests an action on a document, such as retrying a parked event, from the owner of its partition, and makes the
   * document due now. Returns whether the document exists. An action is a text of 1 to 64 characters.
   */
  readonly requestAction: (document: DocumentRef, action: string) => StoreTask<boolean>

  /**
   * Lets a generation serve queries, in one step, when it holds everything that the serving one holds at that moment.
   * Otherwise `blockedBy` of the answer is the reason.
   *
   * - A `building` generation takes over when its checkpoint, the lowest of its partitions, is at least that of the
   *   serving one, none of its events is parked, and no rollback is requested.
   * - A `returning` generation takes over when its checkpoint is at least that of the serving one. Events that it has
   *   parked do not prevent this: it served with them.
   * - For any other generation nothing changes.
   *
   * So the position that queries see never goes back. The generation that served becomes the `previous` one and is
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
   * Deletes a generation that does not serve: its checkpoints, leases and documents. The serving one is rejected as
   * `InvalidInput`. Its number may be used again; the epochs of the new generation begin above those of the old one, so
   * that no worker of the old one can write to it.
   */
  readonly retire: (handler: HandlerRef) => StoreTask<void>

  /**
   * Removes a handler: all its generations, with their checkpoints, leases and documents. A later registration of the
   * name creates it anew; its epochs begin above the former ones, so that no worker of the removed handler can write to
   * it. `HandlerInUse` while a member works on it. `InvalidInput` when there is no such handler, or when it is an open
   * inline projection, because appends depend on it.
   */
  readonly remove: (name: string) => TE.TaskEither<HandlerInUse | InvalidInput | StoreUnavailable, HandlerRemoval>

  /**
   * Gives a handler another name, in one step. All generations, checkpoints and documents stay; every epoch rises. The
   * old name is free. The errors are those of `remove`, and `InvalidInput` when another handler has the new name.
   */
  readonly rename: (
    name: string,
    newName: string,
  ) => TE.TaskEither<HandlerInUse | InvalidInput | StoreUnavailable, void>

  /**
   * Removes a handler, as `remove` does, and registers it, in one step. It has this generation only, which begins at
   * `start` and serves. The errors are those of `remove`.
   */
  readonly reset: (
    handler: HandlerRegistration,
  ) => TE.TaskEither<HandlerInUse | InvalidInput | StoreUnavailable, HandlerRemoval>

  /**
   * Resets the checkpoints of generations of a handler to `position`, in one step, after the log went back. Afterwards
   * none of their partitions is beyond `position`. Parked events after it are deleted, and so are the notes of events
   * that were handled after it, ahead of a checkpoint (`gaps`, by the `doneTo` of their data). A parked document with
   * an `input` is no event of the log, and stays. The handler is no longer stopped. Every lease ends, and work under it
   * is fenced. Views, states of processes, timers and commands stay as they are. Returns the previous position of the
   * furthest partition; `InvalidInput` when there is no such handler.
   *
   * The answer is `changed`, and nothing is changed, when the partitions of these generations are not those that are
   * named, or the epoch or revision of one of them is different by now. Read the status again, and compute the position
   * from it.
   *
   * When a partition was beyond the position, or a note is deleted, the documents of its generation were made from lost
   * events. Such a generation never takes over, and is not kept for a rollback.
   */
  readonly resetCheckpoints: (handler: SetBack) => StoreTask<number | 'changed'>

  /**
   * The checkpoints of the serving generations of handlers. Callers that wait for handlers call this every few
   * milliseconds: its cost must not depend on the number of documents or events.
   */
  readonly checkpoints: (names: ReadonlyArray<string>) => StoreTask<HandlerCheckpoints>

  /**
   * Finds documents of the kind `parked` in the serving generation of a handler by the `position` in their data: at
   * most 1,000 documents, ordered by key, for at most 10,000 positions. It looks only at documents that have one of
   * these positions, however many are parked.
   */
  readonly findParked: (name: string, positions: ReadonlyArray<number>) => StoreTask<ReadonlyArray<HandlerDocument>>

  /**
   * Returns all generations of all handlers, ordered by name and number. Every process that runs handlers calls this at
   * each of its heartbeats: its cost must not depend on the number of documents or events.
   */
  readonly generations: TE.TaskEither<StoreUnavailable, ReadonlyArray<HandlerGeneration>>

  /**
   * Returns the full status of all handlers in all processes, ordered by name and generation. The counts may cost a
   * look at each document.
   */
  readonly handlerStatuses: TE.TaskEither<StoreUnavailable, ReadonlyArray<HandlerStatus>>
}
