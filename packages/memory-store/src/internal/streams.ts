import type { CheckedReadStream, DeleteError, EventStore, StreamInfo, StreamSlice } from '@foldlog/core'
import {
  ExpectedVersion,
  invalidInput,
  ReadStream,
  StreamName,
  streamDeleted,
  streamNotFound,
  versionConflict,
} from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { currentOf } from './histories.ts'
import { type Log, readable, recorded, running, type Stream } from './Log.ts'

const page = (log: Log, name: StreamName, options: CheckedReadStream, stream: Stream | undefined): StreamSlice => {
  const { from, count, direction } = options
  const all = stream?.events ?? []
  const version = all.length
  const [first, last] = [Math.max(from, 1), Math.min(from, version)]
  const found =
    direction === 'forward' ? all.slice(first - 1, first - 1 + count) : all.slice(Math.max(last - count, 0), last)
  const events = (direction === 'forward' ? found : found.reverse()).map(recorded)
  const end = ReadStream.reachesEnd(options, version, events)
  return { stream: name, version, events, end, history: currentOf(log.histories) }
}

const infoOf = (log: Log, name: StreamName): StreamInfo => {
  const stream = log.streams.get(name)
  const status = stream === undefined ? 'missing' : stream.deleted ? 'deleted' : 'open'
  return { stream: name, status, version: stream?.events.length ?? 0 }
}

/** A tombstone is a flag: the events stay in the log, the name stays taken. */
const bury = (log: Log, name: StreamName, expected: ExpectedVersion): E.Either<DeleteError, StreamInfo> => {
  const stream = log.streams.get(name)
  if (stream === undefined) return E.left(streamNotFound(name))
  if (stream.deleted) return E.left(streamDeleted(name))
  const actual = stream.events.length
  if (!ExpectedVersion.accepts(expected, actual)) return E.left(versionConflict(name, expected, actual))
  stream.deleted = true
  stream.snapshots.clear()
  return E.right(infoOf(log, name))
}

const notExpectable = invalidInput('expected', "must be 'any', 'noStream', 'streamExists' or an integer from 0 up")

export const streamsOf = (log: Log): Pick<EventStore, 'readStream' | 'streamInfo' | 'deleteStream'> => ({
  // Step by step: every state that is in no cache comes through here.
  readStream: (stream, options) => async () => {
    const name = StreamName.parse(stream)
    if (E.isLeft(name)) return name
    const checked = ReadStream.check(options)
    if (E.isLeft(checked)) return checked
    const open = running(log)()
    if (E.isLeft(open)) return open
    const found = readable(log, name.right)
    return E.isLeft(found) ? found : E.right(page(log, name.right, checked.right, found.right))
  },

  streamInfo: (stream) => async () =>
    F.pipe(
      StreamName.parse(stream),
      E.chainFirstW(running(log)),
      E.map((name) => infoOf(log, name)),
    ),

  deleteStream: (stream, expected) => async () =>
    F.pipe(
      StreamName.parse(stream),
      E.filterOrElse(
        () => ExpectedVersion.is(expected),
        () => notExpectable,
      ),
      E.chainFirstW(running(log)),
      E.chainW((name) => bury(log, name, expected)),
    ),
})
