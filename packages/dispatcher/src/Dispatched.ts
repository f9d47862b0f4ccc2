import type { Event, HistoryId, Recorded, StreamName } from '@foldlog/core'

/**
 * What became of a command. `version` is that of the stream after the command. `duplicate` says that a command with this id was stored already when
 * this one came to be stored, and that this is its first result: of many who bring one command at once, one is told the first. (After a lost
 * connection a store sends its append again; what the lost one had stored then counts as a duplicate, if the caller chose the command's id.) A
 * command that needed no event has none, and leaves no trace.
 *
 * `history` is the history of the log that has these events. The position of an event and `history` are a place of the
 * log, which is safe to remember: see `LogPosition` of core. `history` is absent when a command was handled before and its
 * stream cannot be read now.
 *
 * @category model
 * @since 0.1.0
 */
export interface Dispatched<Ev extends Event> {
  readonly stream: StreamName
  readonly version: number
  readonly events: ReadonlyArray<Recorded<Ev>>
  readonly duplicate: boolean
  readonly commandId: string
  readonly correlationId: string
  readonly history?: HistoryId
}
