import type { Event, HistoryId, Recorded, StreamName } from '@foldlog/core'

/**
 * The result of a command. `version` is that of the stream after the command. `duplicate` means that a command with
 * this id was already stored when this one was to be stored, and that this is its first result: of several concurrent
 * dispatches of one command, one gets `duplicate: false`. (After a lost connection a store sends its append again; what
 * the lost attempt stored then counts as a duplicate if the caller chose the command's id.) A command that needed no
 * event has no events and stores nothing.
 *
 * `history` is the history of the log that has these events. The position of an event and `history` form a place of the
 * log that is safe to remember: see `LogPosition` of core. `history` is absent when the command was handled before and
 * its stream cannot be read now.
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
  readonly history?: HistoryId | undefined
}
