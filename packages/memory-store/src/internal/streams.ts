import type { DeleteError, EventStore } from '@foldlog/core'
import { ExpectedVersion, StreamName } from '@foldlog/core'
import type { CheckedReadStreamOptions, StreamInfo, StreamPage } from '@foldlog/core/store'
import { invalidInput, ReadStreamOptions, streamDeleted, streamNotFound, versionConflict } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { currentHistory } from './histories.ts'
import { checkRunning, findReadable, type Log, type Stream, toRecordedEvent } from './Log.ts'

const readPage = (
  log: Log,
  name: StreamName,
  options: CheckedReadStreamOptions,
  stream: Stream | undefined,
): StreamPage => {
  const { from, count, direction } = options
  const all = stream?.events ?? []
  const version = all.length
  const [first, last] = [Math.max(from, 1), Math.min(from, version)]
  const found =
    direction === 'forward' ? all.slice(first - 1, first - 1 + count) : all.slice(Math.max(last - count, 0), last)
  const events = (direction === 'forward' ? found : found.reverse()).map(toRecordedEvent)
  const end = ReadStreamOptions.reachesEnd(options, version, events)
  return { stream: name, version, events, end, history: currentHistory(log.histories) }
}

const toStreamInfo = (log: Log, name: StreamName): StreamInfo => {
  const stream = log.streams.get(name)
  const status = stream === undefined ? 'missing' : stream.deleted ? 'deleted' : 'open'
  return { stream: name, status, version: stream?.events.length ?? 0 }
}

/** Marks a stream as deleted. A tombstone is a flag: the events stay in the log, and the name cannot be used again. */
const markDeleted = (log: Log, name: StreamName, expected: ExpectedVersion): E.Either<DeleteError, StreamInfo> => {
  const stream = log.streams.get(name)
  if (stream === undefined) return E.left(streamNotFound(name))
  if (stream.deleted) return E.left(streamDeleted(name))
  const actual = stream.events.length
  if (!ExpectedVersion.accepts(expected, actual)) return E.left(versionConflict(name, expected, actual))
  stream.deleted = true
  stream.snapshots.clear()
  return E.right(toStreamInfo(log, name))
}

const invalidExpectedVersion = invalidInput(
  'expected',
  "must be 'any', 'noStream', 'streamExists' or an integer from 0 up",
)

export const streamsOf = (log: Log): Pick<EventStore, 'readStream' | 'streamInfo' | 'deleteStream'> => ({
  // Written step by step: every state that is not cached passes through here.
  readStream: (stream, options) => async () => {
    const name = StreamName.parse(stream)
    if (E.isLeft(name)) return name
    const checked = ReadStreamOptions.check(options)
    if (E.isLeft(checked)) return checked
    const open = checkRunning(log)()
    if (E.isLeft(open)) return open
    const found = findReadable(log, name.right)
    return E.isLeft(found) ? found : E.right(readPage(log, name.right, checked.right, found.right))
  },

  streamInfo: (stream) => async () =>
    F.pipe(
      StreamName.parse(stream),
      E.chainFirstW(checkRunning(log)),
      E.map((name) => toStreamInfo(log, name)),
    ),

  deleteStream: (stream, expected) => async () =>
    F.pipe(
      StreamName.parse(stream),
      E.filterOrElse(
        () => ExpectedVersion.is(expected),
        () => invalidExpectedVersion,
      ),
      E.chainFirstW(checkRunning(log)),
      E.chainW((name) => markDeleted(log, name, expected)),
    ),
})
