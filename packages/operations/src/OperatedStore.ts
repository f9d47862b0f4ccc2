import type {
  EventStore,
  HandlerStore,
  InvalidInput,
  LogTail,
  OpenAppends,
  PartialOptions,
  SnapshotStore,
  StoreInspection,
} from '@foldlog/core'
import { invalidInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/**
 * A store to ask and to steer. Both stores of foldlog have all of it. A question that needs a part which the store
 * lacks is `InvalidInput`, and names the part.
 *
 * @category model
 * @since 0.1.0
 */
export type OperatedStore = EventStore &
  LogTail &
  HandlerStore &
  PartialOptions<OpenAppends & SnapshotStore & StoreInspection>

/**
 * The port for people of a store, or that it has none.
 *
 * @category destructors
 * @since 0.1.0
 */
const inspection = (store: OperatedStore): E.Either<InvalidInput, StoreInspection> => {
  const { searchLog, listStreams, countEvents, listTimers } = store
  return searchLog && listStreams && countEvents && listTimers
    ? E.right({ searchLog, listStreams, countEvents, listTimers })
    : E.left(invalidInput('store', 'has no StoreInspection, which this question needs'))
}

/**
 * Functions on {@link OperatedStore}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const OperatedStore = { inspection } as const
