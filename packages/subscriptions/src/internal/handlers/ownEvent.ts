import type { Metadata, RecordedEvent } from '@foldlog/core'
import { copyJson } from '@foldlog/core/store'

/** Metadata are JSON, with members that may be `undefined`. */
export const ownMetadata = (metadata: Metadata): Metadata =>
  metadata.user === undefined ? { ...metadata } : { ...metadata, user: copyJson(metadata.user) as typeof metadata.user }

/**
 * A copy of an event of a page that several share. Many codecs return parts of what they decode, so code of the user
 * that changes what it gets would change what others get. See docs/decisions/0044.
 */
export const ownEvent = (event: RecordedEvent): RecordedEvent => ({
  ...event,
  data: copyJson(event.data),
  metadata: ownMetadata(event.metadata),
  recordedAt: new Date(event.recordedAt),
  ...(event.tags === undefined ? undefined : { tags: [...event.tags] }),
})
