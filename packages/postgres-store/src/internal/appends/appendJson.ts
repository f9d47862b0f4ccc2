import { StreamName } from '@foldlog/core'
import type { CheckedAppend, CheckedEvent } from '@foldlog/core/store'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { uuidOf } from '../encoding/uuid.ts'

const jsonOrNull = (text: string | null): string => (text === null ? 'null' : JSON.stringify(text))

const eventJson = ({ id, type, schemaVersion, data, correlationId, causationId, user }: CheckedEvent): string =>
  `["${uuidOf(id)}",${JSON.stringify(type)},${schemaVersion},${data},${jsonOrNull(correlationId)},${jsonOrNull(causationId)},${user ?? 'null'}]`

const partJson = ({ stream, expected, events, history }: CheckedAppend): string => {
  const category = JSON.stringify(StreamName.category(stream))
  const historyJson = history === null ? '' : `,"${historyUuidOrNull(history)}"`
  return `[${JSON.stringify(stream)},${category},${encodeExpectedVersion(expected)},[${events.map(eventJson).join(',')}]${historyJson}]`
}

/** Encodes one append, to one stream or several, for foldlog.append. `data` and `user` are already JSON texts. */
export const appendJson = (parts: ReadonlyArray<CheckedAppend>): string => `[${parts.map(partJson).join(',')}]`
