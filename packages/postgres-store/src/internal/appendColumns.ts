import { type CheckedAppend, type CheckedEvent, StreamName } from '@foldlog/core'
import { expectedNumber } from './appendText.ts'
import { column, quoted } from './arrayText.ts'
import { historyOrNull } from './historyText.ts'
import type { Parameters } from './run.ts'
import { uuidOf } from './uuid.ts'

/**
 * A column of texts, null when it has none. A value that is absent beside others is written as `absent`, because the
 * setting `array_nulls` of the session decides whether NULL in the text of an array is a null or the four letters.
 */
const textsOrNull = (texts: ReadonlyArray<string | null>, absent: '' | 'null'): string | null =>
  texts.every((text) => text === null) ? null : column(texts.map((text) => quoted(text ?? absent)))

/** What foldlog.append_alone and foldlog.append_plain take of events: a column for each of their properties. */
const eventColumns = (events: ReadonlyArray<CheckedEvent>): Parameters => [
  column(events.map(({ id }) => uuidOf(id))),
  column(events.map(({ type }) => quoted(type))),
  column(events.map(({ schemaVersion }) => schemaVersion)),
  column(events.map(({ data }) => quoted(data))),
  textsOrNull(
    events.map(({ correlationId }) => correlationId),
    '',
  ),
  textsOrNull(
    events.map(({ causationId }) => causationId),
    '',
  ),
  textsOrNull(
    events.map(({ user }) => user),
    'null',
  ),
]

/** One append, as foldlog.append_alone takes it. */
export const aloneColumns = ({ stream, expected, events, history }: CheckedAppend): Parameters => [
  stream,
  StreamName.category(stream),
  `${expectedNumber(expected)}`,
  historyOrNull(history),
  ...eventColumns(events),
]

/**
 * Appends to one stream each, as foldlog.append_plain takes them. All of them were decided in one history, or do not
 * depend on a history.
 */
export const plainColumns = (appends: ReadonlyArray<CheckedAppend>): Parameters => [
  column(appends.map(({ stream }) => quoted(stream))),
  column(appends.map(({ stream }) => quoted(StreamName.category(stream)))),
  column(appends.map(({ expected }) => expectedNumber(expected))),
  column(appends.map(({ events }) => events.length)),
  historyOrNull(appends.find(({ history }) => history !== null)?.history),
  ...eventColumns(appends.flatMap(({ events }) => events)),
]
