import type { EventStore, HandlerStore, LogTail, SnapshotStore } from '@foldlog/core'

/**
 * The store that the shop needs: events, snapshots, the end of the log, and the data of handlers. Both stores of
 * foldlog have them.
 *
 * @category model
 * @since 0.1.0
 */
export type ShopStore = EventStore & SnapshotStore & LogTail & HandlerStore
