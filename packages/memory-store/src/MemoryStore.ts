/**
 * The smallest complete store. It has two purposes: a test target that behaves as the Postgres store does, error for
 * error; and the example for authors of stores, who find every rule here once, without the concerns of a database. Its
 * content ends with the process.
 *
 * @since 0.1.0
 */
import {
  type BoundaryStore,
  Clock,
  type EventStore,
  type HandlerStore,
  type InlineStore,
  type LogTail,
  type OpenAppends,
  type SnapshotStore,
  type StoreInspection,
  type TaggingStore,
} from '@foldlog/core'
import type { io as IO, task as T } from 'fp-ts'
import { appendsTo } from './internal/appends.ts'
import { takeBackup } from './internal/backups.ts'
import { boundariesOf } from './internal/boundaries.ts'
import { checkpointsOf } from './internal/checkpoints.ts'
import { commitsOf } from './internal/commits.ts'
import { documentsOf } from './internal/documents.ts'
import type { Handlers } from './internal/Handlers.ts'
import { inspectionOf } from './internal/inspection.ts'
import { checkRunning, emptyLog } from './internal/Log.ts'
import { leasesOf } from './internal/leases.ts'
import { logReadsOf } from './internal/logReads.ts'
import { registryOf } from './internal/registry.ts'
import { removalsOf } from './internal/removals.ts'
import { snapshotsOf } from './internal/snapshots.ts'
import { statusesOf } from './internal/statuses.ts'
import { streamsOf } from './internal/streams.ts'
import { taggingsOf } from './internal/taggings.ts'
import { tailOf } from './internal/tail.ts'

/**
 * The options of a memory store: the clock for `recordedAt` and leases, in milliseconds since 1970; `Date.now` when
 * absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface MemoryStoreOptions {
  readonly clock?: Clock | undefined
}

/**
 * An event store in memory, with consistency boundaries, snapshots, the tail of its log, and the storage of handlers.
 *
 * @category model
 * @since 0.1.0
 */
export interface MemoryStore
  extends EventStore,
    BoundaryStore,
    TaggingStore,
    SnapshotStore,
    LogTail,
    OpenAppends,
    HandlerStore,
    InlineStore,
    StoreInspection {
  /** It keeps tags, and looks at conditions. */
  readonly features: { readonly conditions: true }
  /** Refuses all further work with `StoreUnavailable`. There is never work in flight, so nothing to wait for. */
  readonly stop: T.Task<void>
  /**
   * Copies all stored data. The returned function restores the copy, as a restored backup or a failover to a standby
   * that lagged does: later events are gone, and the log continues in a new history. For tests of an application's
   * recovery.
   */
  readonly backup: IO.IO<IO.IO<void>>
}

/**
 * Makes an empty store. It shares nothing with any other store, nor any object with its callers: events are stored and
 * returned as JSON.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { makeMemoryStore } from '@foldlog/memory-store'
 *
 * const store = makeMemoryStore() // or makeMemoryStore({ clock: () => 0 }), for a fixed recordedAt
 * console.log(await store.readLog({ after: 0 })())
 * ```
 *
 * ```text
 * {
 *   _tag: 'Right',
 *   right: { events: [], position: 0, end: true, history: 'memory-1' }
 * }
 * ```
 */
export const makeMemoryStore = (options: MemoryStoreOptions = {}): MemoryStore => {
  const clock = Clock.safe(options.clock ?? Date.now)
  const log = emptyLog()
  const stop: T.Task<void> = async () => {
    log.stopped = true
  }
  const handlers: Handlers = { byName: new Map(), checkRunning: checkRunning(log), now: () => Math.floor(clock()) }
  return {
    ...appendsTo(log, handlers, clock),
    ...streamsOf(log),
    ...logReadsOf(log),
    ...boundariesOf(log),
    ...taggingsOf(log),
    ...snapshotsOf(log),
    ...tailOf(log),
    ...registryOf(handlers, log),
    ...removalsOf(handlers, log),
    ...checkpointsOf(handlers, log),
    ...statusesOf(handlers, log),
    ...leasesOf(handlers, log),
    ...commitsOf(handlers, log),
    ...documentsOf(handlers, log),
    ...inspectionOf(log, handlers),
    features: { conditions: true },
    stop,
    backup: () => takeBackup(log, handlers),
  }
}
