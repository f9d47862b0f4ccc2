import type { EncodedEvent, EventId, RecordedEvent, StreamName } from '@foldlog/core'

/** An event as a store gives it back: its data has been JSON text in between. */
export const recorded = ({ type, schemaVersion, data }: EncodedEvent): RecordedEvent => ({
  type,
  schemaVersion,
  data: JSON.parse(JSON.stringify(data)),
  // A ULID in canonical form, and a name with a category and an id.
  id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' as EventId,
  stream: 'testing-1' as StreamName, // As above.
  version: 1,
  position: 1,
  recordedAt: new Date(0),
  metadata: {},
})
