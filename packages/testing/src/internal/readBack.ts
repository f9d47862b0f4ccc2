import type { EncodedEvent, RecordedEvent } from '@foldlog/core'
import { recorded } from '../recorded.ts'

/** An event as a store gives it back: its data has been JSON text in between. */
export const readBack = ({ type, schemaVersion, data }: EncodedEvent): RecordedEvent => {
  const { event, ...envelope } = recorded({ type, data: JSON.parse(JSON.stringify(data)) })
  return { ...envelope, ...event, schemaVersion }
}
