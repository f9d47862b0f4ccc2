import type { NewEvent } from '../domain/RecordedEvent.ts'
import type { EventId } from '../values/EventId.ts'
import type { Tag } from '../values/Tag.ts'

/**
 * A {@link NewEvent} that any store can hold, in the form a store keeps: `data` and `user` are JSON texts, an absent
 * value is `null`. `StoredMetadata.read` makes metadata of the three before `tags`. These are sorted, each once; `null`
 * when there are none.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface CheckedEvent {
  readonly id: EventId
  readonly type: string
  readonly schemaVersion: number
  readonly data: string
  readonly correlationId: string | null
  readonly causationId: string | null
  readonly user: string | null
  readonly tags: ReadonlyArray<Tag> | null
}
