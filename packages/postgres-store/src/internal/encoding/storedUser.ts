import type { Json, JsonRecord, RecordedEvent, Tag } from '@foldlog/core'
import { StoredMetadata } from '@foldlog/core/store'

/** The key of tags in what reads return as the user of an event; see foldlog.stored_user. */
const mark = '$tags'

const isRecord = (value: Json | undefined): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * The JSON text of the user of an event, as it is stored. A record that could be taken for one with tags is wrapped as
 * if it had none.
 */
export const storedUserText = (user: string | null): string | null =>
  user?.includes(`"${mark}"`) ? `{"${mark}":[],"user":${user}}` : user

/** The metadata and the tags of an event from its columns. Every event that is read passes through here. */
export const readMetadata = (stored: StoredMetadata): Pick<RecordedEvent, 'metadata' | 'tags'> => {
  const { user } = stored
  const marked = isRecord(user) ? user[mark] : undefined
  if (!isRecord(user) || !Array.isArray(marked)) return { metadata: StoredMetadata.read(stored) }
  // The tags of a stored event were checked when it was stored.
  const tags = marked as ReadonlyArray<Tag>
  // A wrapped record that came with tags is wrapped twice.
  const { metadata } = readMetadata({ ...stored, user: user['user'] ?? null })
  return tags.length === 0 ? { metadata } : { metadata, tags }
}
