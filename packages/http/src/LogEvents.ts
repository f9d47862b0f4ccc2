import type {
  EventStore,
  HistoryId,
  InvalidInput,
  Json,
  LogPosition,
  LogRewound,
  LogTail,
  RecordedEvent,
  StoreUnavailable,
} from '@foldlog/core'
import { type LogFilter, type LogPage, makeWakeSignal, NumberOption } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { infrastructureProblem } from './internal/infrastructureProblem.ts'
import { PositionHeader } from './PositionHeader.ts'
import type { RequestError } from './RequestError.ts'
import { type EventSourceOf, type ServerSentEvent, ServerSentEvents } from './ServerSentEvents.ts'

/**
 * The events of the log that clients get, and their form. `toData` makes the data of an event, and returns `undefined`
 * for one that is not sent. When it is absent, the data is the stored event without its metadata. `pollInterval` is the
 * number of milliseconds after which the log is read again even without a hint of an append, 1,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogEventsOptions {
  readonly filter?: LogFilter | undefined
  readonly toData?: ((event: RecordedEvent) => Json | undefined) | undefined
  readonly pollInterval?: number | undefined
  /** Events in one read, 100 when absent: so many are in memory for each client at most. */
  readonly count?: number | undefined
}

/**
 * The events of a log, for any number of clients. `follow` begins after a `Last-Event-ID`, or without one at the
 * beginning of the log, and does not end.
 *
 * Only settled events are sent, in the order of the log. Each has its place as its id, with the history of the log:
 * so a client that reconnects misses no event and gets none twice. When the log was rewound behind the place of a
 * client, the client gets a `problem` event with the code `LogRewound`. The events that it got after the position
 * `common` are lost, and the new events after that position follow.
 *
 * @category model
 * @since 0.1.0
 */
export interface LogEvents {
  readonly follow: (lastEventId: string | undefined) => E.Either<RequestError, EventSourceOf>
}

type Store = Pick<EventStore, 'readLog'> & Pick<LogTail, 'onAppend' | 'verify'>

type ReadLogError = InvalidInput | LogRewound | StoreUnavailable

const numberOf = (what: string, absent: number, max: number, given: number | undefined): number =>
  F.pipe(
    NumberOption.read(what, { min: 1, max, absent }, given),
    E.getOrElse(() => absent),
  )

/** Where a client is. Without a history its place is only a number. */
interface Place {
  readonly after: number
  readonly history?: HistoryId | undefined
}

const dataOf = ({ id, stream, version, position, recordedAt, type, schemaVersion, data }: RecordedEvent): Json => ({
  id,
  stream,
  version,
  position,
  recordedAt: recordedAt.toISOString(),
  type,
  schemaVersion,
  data,
})

type Read = (place: Place) => Promise<E.Either<ReadLogError, LogPage>>

/** Reads pages. Clients at the same place, as most are at the end of the log, share one read. */
const sharedRead = ({ readLog }: Store, filter: LogFilter | undefined, count: number): Read => {
  const reading = new Map<string, Promise<E.Either<ReadLogError, LogPage>>>()
  return (place) => {
    const key = `${place.after};${place.history}`
    const running = reading.get(key)
    if (running !== undefined) return running
    const read = readLog({ ...place, count, filter })().finally(() => reading.delete(key))
    reading.set(key, read)
    return read
  }
}

const idOf = (position: number, history: HistoryId, id?: RecordedEvent['id']): string =>
  PositionHeader.format({ position, history, id })

const problemEvent = (error: ReadLogError, id?: string): ServerSentEvent => {
  const { problem } = infrastructureProblem(error, 'none')
  const facts = error._tag === 'LogRewound' ? { common: error.common, current: error.current } : {}
  return ServerSentEvents.problem({ ...problem, facts: { ...problem.facts, ...facts } }, id)
}

/** The events of a page, and then its end, when the filter has left out the last of it. */
const eventsOf = function* (
  { events, position, history }: LogPage,
  toData: (event: RecordedEvent) => Json | undefined,
): Generator<ServerSentEvent> {
  for (const event of events) {
    const data = toData(event)
    yield { id: idOf(event.position, history, event.id), data }
  }
  if ((events.at(-1)?.position ?? 0) < position) yield { id: idOf(position, history) }
}

/**
 * Makes the events of a log for clients.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (store: Store, options: LogEventsOptions = {}): LogEvents => {
  const { filter, toData = dataOf } = options
  const count = numberOf('count', 100, 1_000, options.count)
  const pollInterval = numberOf('pollInterval', 1_000, NumberOption.longestTimer, options.pollInterval)
  const read = sharedRead(store, filter, count)

  const follow = async function* (from: LogPosition | number, signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
    const appends = makeWakeSignal()
    const stopListening = store.onAppend(appends.notify)
    signal.addEventListener('abort', appends.notify)
    let place: Place = typeof from === 'number' ? { after: from } : { after: from.position, history: from.history }
    let checked = typeof from === 'number' ? E.right(undefined) : await store.verify(from)()
    try {
      while (!signal.aborted) {
        const page = E.isLeft(checked) ? checked : await read(place)
        checked = E.right(undefined)
        if (E.isLeft(page)) {
          const error = page.left
          if (error._tag !== 'LogRewound') return yield problemEvent(error)
          place = { after: error.common ?? 0, history: error.current }
          yield problemEvent(error, idOf(place.after, error.current))
          continue
        }
        const { position, history, end } = page.right
        if (position > place.after || history !== place.history) yield* eventsOf(page.right, toData)
        place = { after: position, history }
        if (end) await appends.wait(pollInterval)
      }
    } finally {
      stopListening()
      signal.removeEventListener('abort', appends.notify)
    }
  }

  return {
    follow: (lastEventId) =>
      F.pipe(
        lastEventId === undefined || lastEventId === ''
          ? E.right(0)
          : PositionHeader.read('Last-Event-ID', lastEventId),
        E.map((from) => (signal: AbortSignal) => follow(from, signal)),
      ),
  }
}

/**
 * Functions on {@link LogEvents}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const LogEvents = { make } as const
