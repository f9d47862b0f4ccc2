import type { PartialOptions } from '@foldlog/core'

/**
 * The capabilities that a store may lack, each with a sentence that names the lack. All others are required of every
 * store.
 *
 * @category model
 * @since 0.1.0
 */
export const storeCapabilities = {
  /** `appendAll`. */
  appendAll: 'appends to several streams at once, all or none',
  /** `checks` of an append. */
  checks: 'checks streams to which an append writes nothing',
  /** `readMatching`, `lastMatching`, the tags of events, and `conditions` of an append. */
  conditions: 'keeps tags, and refuses an append when something that meets its condition has appeared',
  /** `deleteStream`. */
  deleteStream: 'deletes streams',
  /** `readLog` with a `filter`. */
  filters: 'filters the log by category, stream, prefix and type',
  /** `findEvents`. */
  findEvents: 'finds events by their ids',
  /** The store detects ids that are stored already: an append repeats itself, or reuses an id. */
  idempotence: 'knows the ids of stored events, so that an append can be repeated',
  /** `StoreInspection`. */
  inspection: 'is searched and listed by people',
  /** Appends and events up to `Limits`, and logs of 100,000 events. */
  largeAppends: 'takes appends as large as the limits allow',
  /** `openAppends`, and `leaveAppendOpen` of the store under test. */
  openAppends: 'names the appends whose transactions stay open',
  /** `rewinding` of the store under test. */
  rewinds: 'its tests can take it back to a backup',
  /** `readFromSnapshot` and `saveSnapshot`. */
  snapshots: 'keeps snapshots',
  /** `TaggingStore`. */
  taggings: 'gives further tags to events that are stored already',
  /** `stop`. */
  stop: 'can be stopped',
} as const

/**
 * The name of something that a store may be unable to do.
 *
 * @category model
 * @since 0.1.0
 */
export type StoreCapability = keyof typeof storeCapabilities

/**
 * The capabilities that a store claims. An absent one is claimed: the store runs against every law that it does not
 * decline by name, with `false`.
 *
 * @category model
 * @since 0.1.0
 */
export type StoreCapabilities = PartialOptions<Readonly<Record<StoreCapability, boolean>>>
