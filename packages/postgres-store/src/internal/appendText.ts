import type { CheckedAppend, CheckedEvent, ExpectedVersion } from '@foldlog/core'
import { StreamName } from '@foldlog/core'
import { historyOrNull } from './historyText.ts'
import { uuidOf } from './uuid.ts'

/** How foldlog.append and foldlog.delete_stream are told what is expected. */
export const expectedNumber = (expected: ExpectedVersion): number => {
  switch (expected) {
    case 'any':
      return -1
    case 'streamExists':
      return -2
    case 'noStream':
      return 0
    default:
      return expected
  }
}

const textOrNull = (text: string | null): string => (text === null ? 'null' : JSON.stringify(text))

const eventText = ({ id, type, schemaVersion, data, correlationId, causationId, user }: CheckedEvent): string =>
  `["${uuidOf(id)}",${JSON.stringify(type)},${schemaVersion},${data},${textOrNull(correlationId)},${textOrNull(causationId)},${user ?? 'null'}]`

const partText = ({ stream, expected, events, history }: CheckedAppend): string => {
  const category = JSON.stringify(StreamName.category(stream))
  const readIn = history === null ? '' : `,"${historyOrNull(history)}"`
  return `[${JSON.stringify(stream)},${category},${expectedNumber(expected)},[${events.map(eventText).join(',')}]${readIn}]`
}

/** One append, of one stream or several, as foldlog.append takes it. `data` and `user` are JSON texts already. */
export const appendText = (parts: ReadonlyArray<CheckedAppend>): string => `[${parts.map(partText).join(',')}]`
