import { StreamName } from '@foldlog/core'
import type { CheckedAppend, CheckedEvent, CheckedStreamCheck } from '@foldlog/core/store'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { uuidOf } from '../encoding/uuid.ts'

const jsonOrNull = (text: string | null): string => (text === null ? 'null' : JSON.stringify(text))

const eventJson = ({ id, type, schemaVersion, data, correlationId, causationId, user }: CheckedEvent): string =>
  `["${uuidOf(id)}",${JSON.stringify(type)},${schemaVersion},${data},${jsonOrNull(correlationId)},${jsonOrNull(causationId)},${user ?? 'null'}]`

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
