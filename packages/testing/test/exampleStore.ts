import {
  type AppendError,
  type Appended,
  ExpectedVersion,
  type HistoryId,
  type Json,
  type RecordedEvent,
  type StreamConflict,
  StreamName,
} from '@foldlog/core'
import {
  CheckedAppend,
  type CheckedEvent,
  type CheckedStreamCheck,
  eventIdReused,
  logRewound,
  ReadLogOptions,
  ReadStreamOptions,
  StoredMetadata,
  versionConflictOf,
} from '@foldlog/core/store'
import type { TestableStore } from '@foldlog/testing/laws'
import { either as E } from 'fp-ts'

/** An event as a table has it. Positions count from 1; `first` is that of the append it came with, `at` its time. */
type Row = CheckedEvent & { stream: StreamName; version: number; position: number; first: number; at: number }

const recorded = ({ first, at, data, correlationId, causationId, user, tags, ...row }: Row): RecordedEvent => {
  const metadata = StoredMetadata.read({ correlationId, causationId, user: JSON.parse(user ?? 'null') })
  const tagged = tags === null ? row : { ...row, tags }
  // CheckedAppend made it of JSON.
  return { ...tagged, metadata, recordedAt: new Date(at), data: JSON.parse(data) as Json }
}

/** The result of an append, from its rows. */
const resultOf = (rows: ReadonlyArray<Row>, repeated: boolean, history: HistoryId): Appended => {
  const { stream, version: firstVersion, at } = rows[0] as Row // An append has one event at least.
  const reported = { stream, firstVersion, version: firstVersion + rows.length - 1, recordedAt: new Date(at), repeated }
  return { ...reported, positions: rows.map(({ position }) => position), history }
}

/** A list of rows. Nothing waits between a check and the write, so there are no races. */
export const listStore = (): TestableStore => {
  const rows: Array<Row> = []
  // The list never goes back, so one history is enough.
  const history: HistoryId = crypto.randomUUID()
  const inStream = (name: StreamName) => rows.filter(({ stream }) => stream === name)

  /** A stream that is appended to, or only checked. */
  const conflictsWith = ({ stream, expected, history: readIn }: CheckedStreamCheck): ReadonlyArray<StreamConflict> => {
    const actual = inStream(stream).length
    if (!ExpectedVersion.accepts(expected, actual)) return [{ stream, expected, actual }]
    return readIn === null || readIn === history ? [] : [{ stream, expected, actual, rewound: true }]
  }

  const write = (append: CheckedAppend): E.Either<AppendError, Appended> => {
    const { stream, events } = append
    // Checked before the version is compared: a caller that repeats an append no longer meets the version that it
    // expected.
    const stored = events.map(({ id }) => rows.find((row) => row.id === id)).find((row) => row !== undefined)
    if (stored !== undefined) {
      const earlier = rows.filter(({ first }) => first === stored.first)
      const isSame = stored.stream === stream && `${earlier.map(({ id }) => id)}` === `${events.map(({ id }) => id)}`
      return isSame ? E.right(resultOf(earlier, true, history)) : E.left(eventIdReused(stream, stored.id))
    }
    const conflict = versionConflictOf([append, ...append.checks].flatMap(conflictsWith))
    if (conflict !== undefined) return E.left(conflict)
    const actual = inStream(stream).length
    const [first, at] = [rows.length + 1, Math.max(Date.now(), rows.at(-1)?.at ?? 0)]
    const place = (i: number) => ({ stream, version: actual + 1 + i, position: first + i, first, at })
    rows.push(...events.map((event, i) => ({ ...event, ...place(i) })))
    return E.right(resultOf(rows.slice(first - 1), false, history))
  }

  return {
    append: (append) => async () => {
      const checked = CheckedAppend.check([append])
      return E.isLeft(checked) ? checked : write(checked.right[0] as CheckedAppend) // One is checked, so one comes out.
    },

    streamInfo: (name) => async () =>
      E.Functor.map(StreamName.parse(name), (stream) => {
        const version = inStream(stream).length
        return { stream, version, status: version === 0 ? 'missing' : 'open' }
      }),

    readStream: (name, asked) => async () =>
      E.Monad.chain(StreamName.parse(name), (stream) =>
        E.Functor.map(ReadStreamOptions.check(asked), (options) => {
          const [all, isForward] = [inStream(stream), options.direction === 'forward']
          const reached = all.filter(({ version }) => (isForward ? version >= options.from : version <= options.from))
          const events = (isForward ? reached : reached.reverse()).slice(0, options.count).map(recorded)
          const end = ReadStreamOptions.reachesEnd(options, all.length, events)
          return { stream, version: all.length, events, end, history }
        }),
      ),

    readLog: (asked) => async () => {
      const checked = ReadLogOptions.check(asked)
      if (E.isLeft(checked)) return checked
      const { after, count, history: readIn } = checked.right
      const common = readIn === undefined || readIn === history ? rows.length : null
      if (after > (common ?? 0)) return E.left(logRewound(after, readIn ?? null, history, common))
      const events = rows.slice(after, after + count).map(recorded)
      const isFull = events.length === count
      return E.right({ events, position: isFull ? after + count : rows.length, end: !isFull, history })
    },
  }
}
