import type { EventStore, SnapshotStore } from '@foldlog/core'
import type { task as T } from 'fp-ts'

/**
 * Everything that a store can be asked for.
 *
 * @category model
 * @since 0.1.0
 */
export interface FullStore extends EventStore, SnapshotStore {
  readonly stop: T.Task<void>
}

type Asked = 'append' | 'readStream' | 'readLog' | 'streamInfo'

/**
 * A store to be held to the laws. It may leave out the functions of capabilities that it does not claim; `stop` may be anything that ends its work.
 *
 * @category model
 * @since 0.1.0
 */
export type LawfulStore = Pick<FullStore, Asked> & Partial<Omit<FullStore, Asked>>

/**
 * A store for one law, and what belongs to it.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreUnderTest {
  readonly store: LawfulStore
  /**
   * A second handle on the same log, as another process would have one. Races then run through both, and what one has written the other
   * must know. Absent: the same store.
   */
  readonly other?: LawfulStore
  /** Frees what the store stands on, after it was stopped. */
  readonly close?: () => Promise<void>
}

/**
 * Makes an empty store that shares nothing with those it made before. Every law begins with a store of its own, so this should be quick.
 *
 * @category model
 * @since 0.1.0
 */
export type MakeStore = () => Promise<StoreUnderTest>
