import type { taskEither as TE } from 'fp-ts'
import type { EventCounts } from '../store/EventCounts.ts'
import type { LogSearch, LogSearchPage } from '../store/LogSearch.ts'
import type { StoreUnavailable } from '../store/StoreError.ts'
import type { ListedStreams, StreamQuery } from '../store/StreamQuery.ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import type { TimerPage, TimerQuery } from './TimerQuery.ts'

/**
 * What people look up in a store, and applications do not need: a store without it is a store. Each call ends soon,
 * however long the log is.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreInspection {
  /** Searches the log backwards, from its end or from a position. */
  readonly searchLog: (search?: LogSearch) => TE.TaskEither<InvalidInput | StoreUnavailable, LogSearchPage>

  /** Lists streams by the beginning of their names, deleted ones too. */
  readonly listStreams: (query?: StreamQuery) => TE.TaskEither<InvalidInput | StoreUnavailable, ListedStreams>

  /** Counts the events of the log by category, type and schema version, or estimates these numbers. */
  readonly countEvents: TE.TaskEither<StoreUnavailable, EventCounts>

  /** Lists the pending timers of a handler, the first that is due first. */
  readonly listTimers: (query: TimerQuery) => TE.TaskEither<InvalidInput | StoreUnavailable, TimerPage>
}
