import type { Json, JsonRecord, Metadata, RecordedEvent, StreamName } from '@foldlog/core'
import { eventIdOf } from './uuid.ts'

/** What foldlog.event_text writes; see there. */
type Row = readonly [
  stream: StreamName,
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
]

const metadataOf = (correlationId: string | null, causationId: string | null, user: JsonRecord | null): Metadata => ({
  ...(correlationId === null ? undefined : { correlationId }),
  ...(causationId === null ? undefined : { causationId }),
  ...(user === null ? undefined : { user }),
})

/** An event as every read gives it out. */
export const eventOf = (text: string): RecordedEvent => {
  // foldlog.event_text of this package's own migrations wrote it, from what CheckedAppend let in.
  const row = JSON.parse(text) as Row
  const [stream, version, position, id, type, schemaVersion, data, correlationId, causationId, user, milliseconds] = row
  return {
    stream,
    version,
    position,
    id: eventIdOf(id),
    type,
    schemaVersion,
    data,
    metadata: metadataOf(correlationId, causationId, user),
    recordedAt: new Date(milliseconds),
  }
}
