import type { Json, JsonRecord, RecordedEvent, StreamName } from '@foldlog/core'
import { StoredMetadata } from '@foldlog/core/store'
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
  stream: StreamName | null,
]

/** Decodes an event of this stream into the form that every read returns. */
export const decodeEventRow = (
  stream: StreamName,
  [version, position, id, type, schemaVersion, data, correlationId, causationId, user, milliseconds]: EventRow,
): RecordedEvent => ({
  stream,
  version,
  position,
  id: eventIdOf(id),
  type,
  schemaVersion,
  data,
  metadata: StoredMetadata.read({ correlationId, causationId, user }),
  recordedAt: new Date(milliseconds),
})

// The name of the stream is the last column. It was checked when the stream was created.
const decodeRow = (row: EventRow): RecordedEvent => decodeEventRow(row[10] as StreamName, row)

/** Decodes an event of the stream that its text names. */
export const decodeEvent = (text: string): RecordedEvent =>
  // The text was written by foldlog.event_json of this package's own migrations, from data that CheckedAppend accepted;
  // the reads of many streams include the name of the stream.
  decodeRow(JSON.parse(text) as EventRow)

/** Decodes a list of such events. */
export const decodeEvents = (text: string): ReadonlyArray<RecordedEvent> =>
  (JSON.parse(text) as ReadonlyArray<EventRow>).map(decodeRow)
