import { StreamName } from '@foldlog/core'
import type { CheckedAppend, CheckedEvent } from '@foldlog/core/store'
import type { StatementParameters } from '../client/StatementRunner.ts'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import { historyUuidOrNull } from '../encoding/historyUuid.ts'
import { pgArray, quoteElement } from '../encoding/pgArray.ts'
import { storedUserText } from '../encoding/storedUser.ts'
import { uuidOf } from '../encoding/uuid.ts'

/**
 * Encodes a column of texts; null when it has none. An absent value beside others is written as `absent`, because the
 * setting `array_nulls` of the session decides whether NULL in the text of an array is a null or the four letters.
 */
const textArrayOrNull = (texts: ReadonlyArray<string | null>, absent: '' | 'null'): string | null =>
  texts.every((text) => text === null) ? null : pgArray(texts.map((text) => quoteElement(text ?? absent)))

/** Encodes the events for foldlog.append_single and foldlog.append_batch: one column for each property. */
const eventColumns = (events: ReadonlyArray<CheckedEvent>): StatementParameters => [
  pgArray(events.map(({ id }) => uuidOf(id))),
  pgArray(events.map(({ type }) => quoteElement(type))),
  pgArray(events.map(({ schemaVersion }) => schemaVersion)),
  pgArray(events.map(({ data }) => quoteElement(data))),
  textArrayOrNull(
    events.map(({ correlationId }) => correlationId),
    '',
  ),
  textArrayOrNull(
    events.map(({ causationId }) => causationId),
    '',
  ),
  textArrayOrNull(
    events.map(({ user }) => storedUserText(user)),
    'null',
  ),
]

const target = ({ stream, expected, history }: CheckedAppend): StatementParameters => [
  stream,
  StreamName.category(stream),
  `${encodeExpectedVersion(expected)}`,
  historyUuidOrNull(history),
]

/** Encodes one append of this one event for foldlog.append_event. */
export const eventParameters = (
  append: CheckedAppend,
  { id, type, schemaVersion, data, correlationId, causationId, user }: CheckedEvent,
): StatementParameters => [
  ...target(append),
  uuidOf(id),
  type,
  `${schemaVersion}`,
  data,
  correlationId,
  causationId,
  storedUserText(user),
]

/** Encodes one append for foldlog.append_single. */
export const singleColumns = (append: CheckedAppend): StatementParameters => [
  ...target(append),
  ...eventColumns(append.events),
]

/**
 * Encodes appends to one stream each for foldlog.append_batch. All of them were decided in one history, or do not
 * depend on a history.
 */
export const batchColumns = (appends: ReadonlyArray<CheckedAppend>): StatementParameters => [
  pgArray(appends.map(({ stream }) => quoteElement(stream))),
  pgArray(appends.map(({ stream }) => quoteElement(StreamName.category(stream)))),
  pgArray(appends.map(({ expected }) => encodeExpectedVersion(expected))),
  pgArray(appends.map(({ events }) => events.length)),
  historyUuidOrNull(appends.find(({ history }) => history !== null)?.history),
  ...eventColumns(appends.flatMap(({ events }) => events)),
]
