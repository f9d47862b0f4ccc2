import {
  type DeleteError,
  type EventStore,
  ExpectedVersion,
  type HistoryId,
  type Json,
  type ReadError,
  type RecordedEvent,
  StreamName,
} from '@foldlog/core'
import {
  ReadStreamOptions,
  type Snapshot,
  SnapshotInput,
  type SnapshotPage,
  type StreamInfo,
  type StreamPage,
  streamDeleted,
  streamNotFound,
  versionConflict,
} from '@foldlog/core/store'
import { either as E, option as O } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { type AnswerRow, firstText } from '../client/StatementRunner.ts'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import type { Statements } from '../schema/Statements.ts'
import { decodeStreamRow } from './decodeColumns.ts'
import { makeStreamReadBatcher } from './StreamReadBatcher.ts'

/** The header of a row of foldlog.read_stream; see there. */
type StreamHeader = readonly [version: number, deleted: boolean, history: HistoryId, first: number]

/** Decodes a page of a stream, its events in the order in which they were read; `none` for a deleted stream. */
const decodePage = (
  stream: StreamName,
  backward: boolean,
  rows: ReadonlyArray<AnswerRow>,
): O.Option<Omit<StreamPage, 'end'>> => {
  const chunks: Array<ReadonlyArray<RecordedEvent>> = []
  let version = 0
  let history: HistoryId = ''
  for (const row of rows) {
    // Written by foldlog.read_stream.
    const [newest, deleted, readIn, first] = JSON.parse(firstText(row)) as StreamHeader
    if (deleted) return O.none
    const events = decodeStreamRow(stream, first, row)
    chunks.push(backward ? events.toReversed() : events)
    version = newest
    history = readIn
  }
  return O.some({ stream, version, events: chunks.length === 1 ? (chunks[0] ?? []) : chunks.flat(), history })
}

type Streams = Pick<EventStore, 'readStream' | 'streamInfo' | 'deleteStream'> & {
  readonly readFromSnapshot: (
    stream: StreamName,
    schemaVersion: number,
    count?: number,
  ) => () => Promise<E.Either<ReadError, SnapshotPage>>
}

const decodeSnapshot = (stream: StreamName, schemaVersion: number, text: string): O.Option<Snapshot> => {
  if (text === '' || text === 'null') return O.none
  // Written by foldlog.read_from_snapshot, from data that saveSnapshot accepted.
  const [version, state] = JSON.parse(text) as readonly [number, Json]
  return O.some({ stream, version, schemaVersion, state })
}

/** Reads and deletes single streams. */
export const streamsOn = ({ query, queryRows, track }: RetryingClient, statements: Statements): Streams => {
  const { readOne, readBatched } = makeStreamReadBatcher(statements)
  return {
    readStream: (stream, options) => async (): Promise<E.Either<ReadError, StreamPage>> => {
      const name = StreamName.parse(stream)
      if (E.isLeft(name)) return name
      const checked = ReadStreamOptions.check(options)
      if (E.isLeft(checked)) return checked
      const { from, count, direction } = checked.right
      const backward = direction === 'backward'
      const rows = await track((query) => (backward ? readOne : readBatched)(query, { stream, from, count, backward }))
      if (E.isLeft(rows)) return rows
      const page = decodePage(stream, backward, rows.right)
      if (O.isNone(page)) return E.left(streamDeleted(stream))
      const { version, events } = page.value
      return E.right({ ...page.value, end: ReadStreamOptions.reachesEnd(checked.right, version, events) })
    },

    readFromSnapshot: (stream, schemaVersion, count) => async () => {
      const checked = SnapshotInput.read(stream, schemaVersion, count)
      if (E.isLeft(checked)) return checked
      const result = await queryRows(statements.readFromSnapshot, [stream, `${schemaVersion}`, `${checked.right}`])
      if (E.isLeft(result)) return result
      const [snapshotRow, ...rows] = result.right.rows
      const page = decodePage(stream, false, rows)
      if (O.isNone(page)) return E.left(streamDeleted(stream))
      const { version, events } = page.value
      const snapshot = decodeSnapshot(stream, schemaVersion, firstText(snapshotRow ?? []))
      const snapshotVersion = O.isSome(snapshot) ? snapshot.value.version : 0
      return E.right({ snapshot, page: { ...page.value, end: (events.at(-1)?.version ?? snapshotVersion) >= version } })
    },

    streamInfo: (stream) => async () => {
      const name = StreamName.parse(stream)
      if (E.isLeft(name)) return name
      const result = await query(statements.streamInfo, [stream])
      if (E.isLeft(result)) return result
      // Always one text, written by this package's own function.
      const [version, deleted] = JSON.parse(result.right.rows[0] ?? '') as readonly [number, boolean]
      return E.right({ stream, status: deleted ? 'deleted' : version === 0 ? 'missing' : 'open', version })
    },

    deleteStream: (stream, expected) => async (): Promise<E.Either<DeleteError, StreamInfo>> => {
      const name = StreamName.parse(stream)
      if (E.isLeft(name)) return name
      const checked = ExpectedVersion.check('expected')(expected)
      if (E.isLeft(checked)) return checked
      const result = await query(statements.deleteStream, [stream, `${encodeExpectedVersion(expected)}`])
      if (E.isLeft(result)) return result
      const { rows, attempts } = result.right
      // Written by foldlog.delete_stream.
      const [verdict, version = 0] = JSON.parse(rows[0] ?? '["missing"]') as readonly [string, number?]
      // After a retry, "gone" is most likely the result of our own first attempt, and the requested state in any case.
      if (verdict === 'deleted' || (verdict === 'gone' && attempts > 1)) {
        return E.right({ stream, status: 'deleted', version })
      }
      if (verdict === 'gone') return E.left(streamDeleted(stream))
      return E.left(verdict === 'conflict' ? versionConflict(stream, expected, version) : streamNotFound(stream))
    },
  }
}
