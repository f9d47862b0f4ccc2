import type { EventId } from '../values/EventId.ts'
import type { Json } from '../values/Json.ts'
import type { Metadata } from '../values/Metadata.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { Event } from './Event.ts'

/**
 * An event in its stored form: `type` and `schemaVersion` are the stored name and version, `data` is the output of the
 * codec.
 *
 * @category model
 * @since 0.1.0
 */
export interface EncodedEvent {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json
}

/**
 * An event to append: its stored form, an id chosen by the writer, and metadata.
 *
 * @category model
 * @since 0.1.0
 */
export interface NewEvent extends EncodedEvent {
  readonly id: EventId
  readonly metadata: Metadata
}

/**
 * Where and when an event was stored. `version` is its place in the stream, from 1 without gaps. `position` is its
 * place in the log of all streams, from 1, ascending, gaps allowed. `recordedAt` is the time of the store's clock, in
 * whole milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface Envelope {
  readonly id: EventId
  readonly stream: StreamName
  readonly version: number
  readonly position: number
  readonly recordedAt: Date
  readonly metadata: Metadata
}

/**
 * An event as a store returns it, not decoded yet.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecordedEvent extends EncodedEvent, Envelope {}

/**
 * A decoded event with its envelope.
 *
 * @category model
 * @since 0.1.0
 */
export interface Recorded<E extends Event> extends Envelope {
  readonly event: E
}
