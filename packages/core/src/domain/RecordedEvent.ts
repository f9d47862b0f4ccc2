import type { EventId } from '../values/EventId.ts'
import type { Json } from '../values/Json.ts'
import type { Metadata } from '../values/Metadata.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { Tag } from '../values/Tag.ts'
import type { Event } from './Event.ts'

/**
 * An event in its stored form: `type` and `schemaVersion` are the stored name and version, `data` is the output of the
 * codec. `tags` are absent when there are none; a store returns them sorted, each once.
 *
 * @category model
 * @since 0.1.0
 */
export interface EncodedEvent {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json
  readonly tags?: ReadonlyArray<Tag> | undefined
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
 * A decoded event with its envelope. When the codec splits a stored event, the parts have the same envelope, and differ
 * in `index` and `effectId`.
 *
 * @category model
 * @since 0.1.0
 */
export interface Recorded<E extends Event> extends Envelope {
  /** The place among the events that the stored event decodes to: 0, and more only after a split. */
  readonly index: number
  /**
   * The idempotency key for an effect of this event: the `id` of the stored event; for later parts of a split event
   * followed by a point and the `index`. It never changes: when a later version of the codec splits the event, the
   * first part keeps the `id`.
   */
  readonly effectId: string
  readonly event: E
}
