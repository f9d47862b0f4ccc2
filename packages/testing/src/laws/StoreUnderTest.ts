import type { Append, BoundaryStore, EventStore, PartialOptions, SnapshotStore, TaggingStore } from '@foldlog/core'
import type { task as T } from 'fp-ts'

/**
 * All operations of a store.
 *
 * @category model
 * @since 0.1.0
 */
export interface CompleteStore extends Omit<EventStore, 'features'>, SnapshotStore {
  readonly stop: T.Task<void>
}

/**
 * All operations of a store, those of consistency boundaries, and those that give tags to stored events.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreWithBoundaries extends CompleteStore, BoundaryStore, TaggingStore {}

type RequiredFunction = 'append' | 'readStream' | 'readLog' | 'streamInfo'

/**
 * A store under the laws. It may leave out the functions of capabilities that it does not claim; `stop` may be anything
 * that ends its work.
 *
 * @category model
 * @since 0.1.0
 */
export type TestableStore = Pick<CompleteStore, RequiredFunction> &
  PartialOptions<Omit<StoreWithBoundaries, RequiredFunction>>

/**
 * The way in which tests make a log go back, as failures and restores of a server do.
 *
 * @category model
 * @since 0.1.0
 */
export interface Rewinding {
  /**
   * Copies everything that is stored. The returned function restores that copy, as a restored backup or a failover to a
   * standby that lags does: everything later is gone, and the log continues in a new history, which begins with the
   * next append at the latest. The function may be called more than once.
   */
  readonly backup: () => Promise<() => Promise<void>>
  /**
   * Makes the log continue in a new history that shares everything that is stored, as a restarted server does: it
   * begins with the next append at the latest. Others read and write meanwhile. Their earlier requests must have ended
   * when the new history begins.
   */
  readonly restart: () => Promise<void>
}

/**
 * A store for one law, and what belongs to it: an event store, or a handler store.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreUnderTest<S = TestableStore> {
  readonly store: S
  /**
   * A second connection to the same log, as another process has it. Races run over both, and each must see the writes
   * of the other. Absent: the same store.
   */
  readonly other?: S | undefined
  /** Makes the log go back. Needed by the laws of stores that claim `rewinds`. */
  readonly rewinding?: Rewinding | undefined
  /**
   * Appends an event in a transaction that stays open until the returned function ends it. Needed by the laws of
   * handler stores that claim `openAppends`.
   */
  readonly leaveAppendOpen?: (() => Promise<() => Promise<void>>) | undefined
  /**
   * Appends in a transaction of its own that stays open until the returned function commits it. Needed by the boundary
   * laws of stores that claim `openAppends`.
   */
  readonly openAppend?: ((append: Append) => Promise<() => Promise<void>>) | undefined
  /** Frees the resources below the store, after the store has stopped. */
  readonly close?: (() => Promise<void>) | undefined
}

/**
 * Creates a store for one law. Every law begins with a store of its own, so this should be quick.
 *
 * An event store must be empty and share nothing with earlier ones. Handler stores may share their data, because each
 * law creates handlers and streams of its own. Only the laws of the groups `the end of the log` and `histories` begin
 * with an empty log.
 *
 * @category model
 * @since 0.1.0
 */
export type MakeStore<S = TestableStore> = () => Promise<StoreUnderTest<S>>
