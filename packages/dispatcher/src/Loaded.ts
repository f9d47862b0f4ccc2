import type { HistoryId, StreamName } from '@foldlog/core'

/**
 * The state of an aggregate after all its events. `version` is that of the last one, 0 when there is none. `history` is
 * the history of the log that was read: together with it the version is safe to remember, see {@link DispatchContext}.
 *
 * @category model
 * @since 0.1.0
 */
export interface Loaded<S> {
  readonly stream: StreamName
  readonly version: number
  readonly history: HistoryId
  readonly state: S
}
