/**
 * What a store may be unable to do, and the sentence that says what is missing then. Everything else is asked of every store.
 *
 * @category model
 * @since 0.1.0
 */
export const storeCapabilities = {
  /** `appendAll`. */
  appendAll: 'appends to several streams at once, all or none',
  /** `deleteStream`. */
  deleteStream: 'deletes streams',
  /** `readLog` with a `filter`. */
  filters: 'filters the log by category, stream, prefix and type',
  /** `findEvents`. */
  findEvents: 'finds events by their ids',
  /** Ids that are stored already are told: an append repeats itself, or reuses an id. */
  idempotence: 'knows the ids of stored events, so that an append can be repeated',
  /** Appends and events up to `Limits`, and logs of 100,000 events. */
  largeAppends: 'takes appends as large as the limits allow',
  /** `rewinding` of the store under test. */
  rewinds: 'its tests can take it back to a backup',
  /** `readFromSnapshot` and `saveSnapshot`. */
  snapshots: 'keeps snapshots',
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
 * What a store claims. What is absent is claimed: a store is held to every law that it does not decline by name, with `false`.
 *
 * @category model
 * @since 0.1.0
 */
export type StoreCapabilities = Partial<Readonly<Record<StoreCapability, boolean>>>
