import type { Json, RecordedEvent, StreamName } from '@foldlog/core'
import type { AnswerRow } from '../client/StatementRunner.ts'
import { readMetadata } from '../encoding/storedUser.ts'
import { eventIdAt } from '../encoding/uuid.ts'
import { eventColumns } from '../schema/eventColumns.ts'

type Column = AnswerRow[number]

/** The places of the columns in a row, after its header; see foldlog.stream_columns. */
const place = { data: 1, envelopes: 2, types: 3, correlationIds: 4, causationIds: 5, users: 6 } as const

/** The place of the column that some reads have after those of events. */
export const otherColumn = 1 + eventColumns.length

/** Bytes of an envelope, see foldlog.event_envelope. */
const envelopeSize = 36

/** Bytes of an envelope in the log, which has the version and the id of the stream, too. */
const logEnvelopeSize = envelopeSize + 16

/** A list of a column; empty when the column is null. */
const listIn = <A>(column: Column): ReadonlyArray<A> =>
  // Written by the functions that read, from data that CheckedAppend accepted.
  column ? (JSON.parse(column.toString('utf8')) as ReadonlyArray<A>) : []

/** The bytes of a column of hexadecimal digits. */
const bytesIn = (column: Column): Buffer => Buffer.from(column?.toString('latin1') ?? '', 'hex')

/** A whole number of 8 bytes. None that is stored is beyond the safe integers. */
const int64At = (bytes: Buffer, at: number): number =>
  bytes.readInt32BE(at) * 0x1_0000_0000 + bytes.readUInt32BE(at + 4)

/** Milliseconds from 1970 to 2000, from which Postgres counts. */
const postgresEpoch = 946_684_800_000

/** Reads a time: microseconds since 2000. An append stores whole milliseconds. */
const timeAt = (bytes: Buffer, at: number): Date => new Date(postgresEpoch + Math.floor(int64At(bytes, at) / 1_000))

/** Returns the next entry of a list, when there is to be one. */
const entriesOf = <A>(list: ReadonlyArray<A>): ((isThere: boolean) => A | null) => {
  let next = 0
  return (isThere) => (isThere ? (list[next++] ?? null) : null)
}

/** Reads the metadata and tags of one event after another. Three bits say what it has; see foldlog.event_envelope. */
const metadataReader = (row: AnswerRow): ((parts: number) => Pick<RecordedEvent, 'metadata' | 'tags'>) => {
  const correlationId = entriesOf<string>(listIn(row[place.correlationIds]))
  const causationId = entriesOf<string>(listIn(row[place.causationIds]))
  const user = entriesOf<Json>(listIn(row[place.users]))
  return (parts) =>
    parts === 0
      ? { metadata: {} }
      : readMetadata({
          correlationId: correlationId((parts & 1) !== 0),
          causationId: causationId((parts & 2) !== 0),
          user: user((parts & 4) !== 0),
        })
}

/** Where the events of a row belong. */
interface EventPlaces {
  readonly envelopeSize: number
  readonly streamOf: (index: number, envelopes: Buffer) => StreamName
  readonly versionOf: (index: number, envelopes: Buffer) => number
}

const decodeRow = (row: AnswerRow, { envelopeSize: size, streamOf, versionOf }: EventPlaces): Array<RecordedEvent> => {
  const data = row[place.data]
  if (!data) return []
  const envelopes = bytesIn(row[place.envelopes])
  const types = listIn<string>(row[place.types])
  const metadataOf = metadataReader(row)
  // Written by the server, from data that CheckedAppend accepted.
  return (JSON.parse(`[${data.toString('utf8')}]`) as ReadonlyArray<Json>).map((one, i) => {
    const at = size * i
    const shape = envelopes.readInt32BE(at + 32)
    return {
      stream: streamOf(i, envelopes),
      version: versionOf(i, envelopes),
      position: int64At(envelopes, at + 16),
      id: eventIdAt(envelopes, at),
      type: types[i] ?? '',
      schemaVersion: shape >> 3,
      data: one,
      ...metadataOf(shape & 7),
      recordedAt: timeAt(envelopes, at + 24),
    }
  })
}

/** Decodes the events of a row of a stream, which begins with this version. */
export const decodeStreamRow = (stream: StreamName, first: number, row: AnswerRow): Array<RecordedEvent> =>
  decodeRow(row, { envelopeSize, streamOf: () => stream, versionOf: (i) => first + i })

/** Decodes the events of a row of foldlog.read_log. */
export const decodeLogRow = (row: AnswerRow): Array<RecordedEvent> => {
  // Names were checked when their streams were created.
  const names = JSON.parse(row[otherColumn]?.toString('utf8') ?? '{}') as Record<number, StreamName>
  return decodeRow(row, {
    envelopeSize: logEnvelopeSize,
    // Every id has a name: the function that writes the ids looks them up in the same snapshot or a later one.
    streamOf: (i, envelopes) => names[int64At(envelopes, i * logEnvelopeSize + 44)] as StreamName,
    versionOf: (i, envelopes) => int64At(envelopes, i * logEnvelopeSize + 36),
  })
}
