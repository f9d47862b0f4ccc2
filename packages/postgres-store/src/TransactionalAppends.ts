import type { EventStore } from '@foldlog/core'

/**
 * The append functions of a store, within a transaction of the caller.
 *
 * @category model
 * @since 0.1.0
 */
export type TransactionalAppends = Pick<EventStore, 'append' | 'appendAll'>
