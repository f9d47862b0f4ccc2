import { StreamName, type Tag } from '@foldlog/core'
import type { CheckedAppend, CheckedCondition, CheckedEvent, CheckedStreamCheck } from '@foldlog/core/store'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { itemsOf } from '../encoding/items.ts'
import { storedUserText } from '../encoding/storedUser.ts'
import { uuidOf } from '../encoding/uuid.ts'

const jsonOrNull = (text: string | null): string => (text === null ? 'null' : JSON.stringify(text))

const tagsJson = (tags: ReadonlyArray<Tag> | null): string => (tags === null ? '' : `,${JSON.stringify(tags)}`)

const eventJson = (event: CheckedEvent): string => {
  const { id, type, schemaVersion, data, correlationId, causationId, user, tags } = event
  return `["${uuidOf(id)}",${JSON.stringify(type)},${schemaVersion},${data},${jsonOrNull(correlationId)},${jsonOrNull(causationId)},${storedUserText(user) ?? 'null'}${tagsJson(tags)}]`
}

const partJson = ({ stream, expected, history }: CheckedStreamCheck, events: string): string => {
  const category = JSON.stringify(StreamName.category(stream))
  const historyJson = history === null ? '' : `,"${historyUuidOrNull(history)}"`
  return `[${JSON.stringify(stream)},${category},${encodeExpectedVersion(expected)},[${events}]${historyJson}]`
}

/**
 * Encodes one append, to one stream or several, for foldlog.append: the streams that are only checked come last and
 * have no events. `data` and `user` are already JSON texts.
 */
export const appendJson = (parts: ReadonlyArray<CheckedAppend>): string => {
  const appends = parts.map((part) => partJson(part, part.events.map(eventJson).join(',')))
  const checks = parts.flatMap((part) => part.checks.map((check) => partJson(check, '')))
  return `[${[...appends, ...checks].join(',')}]`
}

const conditionJson = ({ query, marker }: CheckedCondition): string =>
  JSON.stringify([
    itemsOf(query),
    ...(marker === null
      ? []
      : [marker.settled, marker.seen, historyUuidOrNull(marker.history), historyUuidOrNull(marker.log)]),
  ])

/** Encodes the conditions of one append for foldlog.append; `null` when it has none. */
export const conditionsJson = (parts: ReadonlyArray<CheckedAppend>): string => {
  const conditions = parts.flatMap((part) => part.conditions)
  return conditions.length === 0 ? 'null' : `[${conditions.map(conditionJson).join(',')}]`
}
