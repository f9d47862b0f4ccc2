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
  rejectInput,
  type Snapshot,
  type SnapshotPage,
  type StreamInfo,
  type StreamPage,
  streamDeleted,
  streamNotFound,
  versionConflict,
} from '@foldlog/core/store'
import { either as E, option as O } from 'fp-ts'
import type { RetryingClient } from '../client/RetryingClient.ts'
import { decodeEventRow, type EventRow } from '../encoding/decodeEvent.ts'
import { encodeExpectedVersion } from '../encoding/expectedVersion.ts'
import type { Statements } from '../schema/Statements.ts'
import { makeStreamReadBatcher } from './StreamReadBatcher.ts'

/** A row of foldlog.read_stream; see there. */
type StreamRow = readonly [version: number, deleted: boolean, events: ReadonlyArray<EventRow>, history: HistoryId]

/** Decodes a page of a stream, its events in the order in which they were read; `none` for a deleted stream. */
const decodePage = (
  stream: StreamName,
  backward: boolean,
  texts: ReadonlyArray<string>,
): O.Option<Omit<StreamPage, 'end'>> => {
  const events: Array<RecordedEvent> = []
  let version = 0
  let history: HistoryId = ''
  for (const text of texts) {
    // Written by foldlog.read_stream, from data that CheckedAppend accepted.
    const [newest, deleted, rows, readIn] = JSON.parse(text) as StreamRow
    if (deleted) return O.none
    for (const row of backward ? rows.toReversed() : rows) events.push(decodeEventRow(stream, row))
    version = newest
    history = readIn
  }
  return O.some({ stream, version, events, history })
}

type Streams = Pick<EventStore, 'readStream' | 'streamInfo' | 'deleteStream'> & {
  readonly readFromSnapshot: (
    stream: StreamName,
    schemaVersion: number,
    count?: number,
  ) => () => Promise<E.Either<ReadError, SnapshotPage>>
}

const decodeSnapshot = (stream: StreamName, schemaVersion: number, text: string | undefined): O.Option<Snapshot> => {
  if (text === undefined || text === 'null') return O.none
  // Written by foldlog.read_from_snapshot, from data that saveSnapshot accepted.
  const [version, state] = JSON.parse(text) as readonly [number, Json]
  return O.some({ stream, version, schemaVersion, state })
}

/** Reads and deletes single streams. */
export const streamsOn = ({ query, track }: RetryingClient, statements: Statements): Streams => {
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
      const name = StreamName.parse(stream)
      if (E.isLeft(name)) return name
      const checked = ReadStreamOptions.check(count === undefined ? {} : { count })
      if (E.isLeft(checked)) return checked
      if (!isSchemaVersion(schemaVersion)) return invalidSchemaVersion(schemaVersion)
      const result = await query(statements.readFromSnapshot, [stream, `${schemaVersion}`, `${checked.right.count}`])
      if (E.isLeft(result)) return result
      const [snapshotText, ...rows] = result.right.rows
      const page = decodePage(stream, false, rows)
      if (O.isNone(page)) return E.left(streamDeleted(stream))
      const { version, events } = page.value
      const snapshot = decodeSnapshot(stream, schemaVersion, snapshotText)
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
      if (!ExpectedVersion.is(expected)) {
        return rejectInput('expected', "must be 'any', 'noStream', 'streamExists' or an integer from 0 up")
      }
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

/** Whether a number is a valid version of the shape of a state. */
export const isSchemaVersion = (schemaVersion: number): boolean =>
  Number.isSafeInteger(schemaVersion) && schemaVersion >= 1 && schemaVersion <= 32_767

export const invalidSchemaVersion = (schemaVersion: number) =>
  rejectInput('schemaVersion', `must be an integer from 1 to 32767, is ${schemaVersion}`)
