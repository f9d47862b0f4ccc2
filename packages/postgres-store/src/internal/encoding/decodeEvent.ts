import type { Json, JsonRecord, Metadata, RecordedEvent, StreamName } from '@foldlog/core'
import { eventIdOf } from './uuid.ts'

/** What foldlog.event_json writes; see there. */
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

const metadataOf = (correlationId: string | null, causationId: string | null, user: JsonRecord | null): Metadata => ({
  ...(correlationId === null ? undefined : { correlationId }),
  ...(causationId === null ? undefined : { causationId }),
  ...(user === null ? undefined : { user }),
})

/** An event of this stream as every read gives it out. */
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
  metadata: metadataOf(correlationId, causationId, user),
  recordedAt: new Date(milliseconds),
})

/** An event of whatever stream its text names. */
export const decodeEvent = (text: string): RecordedEvent => {
  // foldlog.event_json of this package's own migrations wrote it, from what CheckedAppend let in; the reads of many streams have it name the stream.
  const row = JSON.parse(text) as EventRow
  // The last of them, a name that was checked when the stream was made.
  return decodeEventRow(row[10] as StreamName, row)
}
