import type { Event, HistoryId, Recorded, StreamName } from '@foldlog/core'

/**
 * What every result of a command says. `duplicate` means that a command with this id was already stored when this one
 * was to be stored, and that this is its first result: of several concurrent dispatches of one command, one gets
 * `duplicate: false`. (After a lost connection a store sends its append again; what the lost attempt stored then counts
 * as a duplicate if the caller chose the command's id.) A command that needed no event has no events and stores
 * nothing.
 *
 * `history` is the history of the log that has these events. The position of an event and `history` form a place of the
 * log that is safe to remember: see `LogPosition` of core. `history` is absent when the command was handled before and
 * its stream cannot be read now.
 *
 * @category model
 * @since 0.1.0
 */
export interface DispatchedEvents<Ev extends Event> {
  readonly events: ReadonlyArray<Recorded<Ev>>
  readonly duplicate: boolean
  readonly commandId: string
  readonly correlationId: string
  readonly history?: HistoryId | undefined
}

/**
 * A stream, and its version after a command.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamVersion {
  readonly stream: StreamName
  readonly version: number
}

/**
 * The result of a command of one aggregate. `version` is that of the stream after the command.
 *
 * @category model
 * @since 0.1.0
 */
export interface Dispatched<Ev extends Event> extends DispatchedEvents<Ev>, StreamVersion {}

/**
 * The result of a command over several streams: its events in the order of the log, and the streams that have them,
 * each once, with the version of the command's last event there.
 *
 * @category model
 * @since 0.1.0
 */
export interface JointDispatched<Ev extends Event> extends DispatchedEvents<Ev> {
  readonly streams: ReadonlyArray<StreamVersion>
}

/**
 * The result of any command.
 *
 * @category model
 * @since 0.1.0
 */
export type AnyDispatched = Dispatched<Event> | JointDispatched<Event>
