import { type CheckedAppend, type CheckedEvent, StreamName } from '@foldlog/core'
import { expectedNumber } from './appendText.ts'
import { column, quoted } from './arrayText.ts'
import { historyOrNull } from './historyText.ts'
import type { Parameters } from './run.ts'
import { uuidOf } from './uuid.ts'

const quotedOrNull = (texts: ReadonlyArray<string | null>): string | null =>
  texts.every((text) => text === null) ? null : column(texts.map((text) => (text === null ? 'NULL' : quoted(text))))

/** What foldlog.append_alone and foldlog.append_plain take of events: a column for each of their properties. */
const eventColumns = (events: ReadonlyArray<CheckedEvent>): Parameters => [
  column(events.map(({ id }) => uuidOf(id))),
  column(events.map(({ type }) => quoted(type))),
  column(events.map(({ schemaVersion }) => schemaVersion)),
  column(events.map(({ data }) => quoted(data))),
  quotedOrNull(events.map(({ correlationId }) => correlationId)),
  quotedOrNull(events.map(({ causationId }) => causationId)),
  quotedOrNull(events.map(({ user }) => user)),
]

/** One append, as foldlog.append_alone takes it. */
export const aloneColumns = ({ stream, expected, events, history }: CheckedAppend): Parameters => [
  stream,
  StreamName.category(stream),
  `${expectedNumber(expected)}`,
  historyOrNull(history),
  ...eventColumns(events),
]

/** Appends to one stream each, as foldlog.append_plain takes them. They were all decided in one history, or in none that matters. */
export const plainColumns = (appends: ReadonlyArray<CheckedAppend>): Parameters => [
  column(appends.map(({ stream }) => quoted(stream))),
  column(appends.map(({ stream }) => quoted(StreamName.category(stream)))),
  column(appends.map(({ expected }) => expectedNumber(expected))),
  column(appends.map(({ events }) => events.length)),
  historyOrNull(appends.find(({ history }) => history !== null)?.history),
  ...eventColumns(appends.flatMap(({ events }) => events)),
]
