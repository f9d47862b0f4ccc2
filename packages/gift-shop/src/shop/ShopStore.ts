import type { EventStore, HandlerStore, LogTail, SnapshotStore } from '@foldlog/core'

/**
 * What the shop asks of a store: events, snapshots, the end of the log, and what handlers keep. Both stores of foldlog do.
 *
 * @category model
 * @since 0.1.0
 */
export type ShopStore = EventStore & SnapshotStore & LogTail & HandlerStore
