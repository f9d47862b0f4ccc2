import type { Json, JsonRecord, RecordedEvent, StreamName } from '@foldlog/core'
import { readMetadata } from './storedUser.ts'
import { eventIdOf } from './uuid.ts'

/** A row of foldlog.event_json; see there. */
export type EventRow = readonly [
  version: number,
  position: number,
  id: string,
  type: string,
  schemaVersion: number,
  data: Json,
  correlationId: string | null,
  causationId: string | null,
  user: JsonRecord | null,
  milliseconds: number,
  stream: StreamName,
]

/** Decodes such a row. */
export const decodeRow = ([
  version,
  position,
  id,
  type,
  schemaVersion,
  data,
  correlationId,
  causationId,
  user,
  milliseconds,
  stream,
]: EventRow): RecordedEvent => ({
  stream,
  version,
  position,
  id: eventIdOf(id),
  type,
  schemaVersion,
  data,
  ...readMetadata({ correlationId, causationId, user }),
  recordedAt: new Date(milliseconds),
})

/** Decodes an event that was found by its id. */
export const decodeEvent = (text: string): RecordedEvent =>
  // The text was written by foldlog.event_json of this package's own migrations, from data that CheckedAppend accepted.
  decodeRow(JSON.parse(text) as EventRow)

/** Decodes a list of such events. */
export const decodeEvents = (text: string): ReadonlyArray<RecordedEvent> =>
  (JSON.parse(text) as ReadonlyArray<EventRow>).map(decodeRow)
