import { type StoreInspection, StreamName } from '@foldlog/core'
import {
  type CheckedLogSearch,
  type CheckedStreamQuery,
  type CheckedTimerQuery,
  type EventCount,
  type ListedStream,
  type ListedStreams,
  LogFilter,
  LogSearch,
  type LogSearchPage,
  StreamQuery,
  type TimerPage,
  TimerQuery,
} from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { byCodePoint, documentOf, generationOf, type Handlers } from './Handlers.ts'
import { currentHistory } from './histories.ts'
import { checkRunning, type Log, queriedOf, type StoredEvent, toRecordedEvent } from './Log.ts'

const isFoundBy = ({ filter, correlationId, causationId, since, until }: CheckedLogSearch) => {
  const isWanted = LogFilter.matches(filter)
  return (event: StoredEvent): boolean =>
    isWanted(queriedOf(event)) &&
    (correlationId === undefined || event.correlationId === correlationId) &&
    (causationId === undefined || event.causationId === causationId) &&
    (since === undefined || event.append.milliseconds >= since.getTime()) &&
    (until === undefined || event.append.milliseconds < until.getTime())
}

const search = ({ events, histories }: Log, wanted: CheckedLogSearch): LogSearchPage => {
  const isFound = isFoundBy(wanted)
  const found: Array<StoredEvent> = []
  for (let i = Math.min(wanted.before - 1, events.length) - 1; i >= 0 && found.length <= wanted.count; i--) {
    const event = events[i]
    if (event !== undefined && isFound(event)) found.push(event)
  }
  const end = found.length <= wanted.count
  const page = found.slice(0, wanted.count)
  return {
    events: page.map(toRecordedEvent),
    position: end ? 1 : (page.at(-1)?.position ?? 1),
    end,
    history: currentHistory(histories),
  }
}

const list = ({ streams }: Log, { prefix, after, count }: CheckedStreamQuery): ListedStreams => {
  const found = [...streams]
    .filter(([name]) => name.startsWith(prefix) && byCodePoint(name, after) > 0)
    .sort(([a], [b]) => byCodePoint(a, b))
    .flatMap(([stream, { events, deleted }]): ReadonlyArray<ListedStream> => {
      const last = events.at(-1)
      if (last === undefined) return []
      const { version, position, append } = last
      const recordedAt = new Date(append.milliseconds)
      return [{ stream, status: deleted ? 'deleted' : 'open', version, position, recordedAt }]
    })
  return { streams: found.slice(0, count), end: found.length <= count }
}

const count = ({ events }: Log): ReadonlyArray<EventCount> => {
  const counts = new Map<string, EventCount>()
  for (const { append, type, schemaVersion } of events) {
    const category = StreamName.category(append.stream)
    const key = JSON.stringify([category, type, schemaVersion])
    counts.set(key, { category, type, schemaVersion, count: (counts.get(key)?.count ?? 0) + 1 })
  }
  return [...counts.values()].sort(
    (a, b) => byCodePoint(a.category, b.category) || byCodePoint(a.type, b.type) || a.schemaVersion - b.schemaVersion,
  )
}

const timersOf = (handlers: Handlers, { name, generation, after, count }: CheckedTimerQuery): TimerPage => {
  const ref = { name, generation: generation ?? handlers.byName.get(name)?.serving ?? 0 }
  const found = generationOf(handlers, ref)
  if (found === undefined) return { generation: 0, documents: [], end: true }
  const isBehind = (due: number, key: string): boolean =>
    after === undefined || due > after.due.getTime() || (due === after.due.getTime() && byCodePoint(key, after.key) > 0)
  const timers = [...found.documents.values()]
    .flatMap((document) =>
      document.kind === 'timer' && document.due !== null ? [{ document, due: document.due }] : [],
    )
    .filter(({ document, due }) => isBehind(due, document.key))
    .sort((a, b) => a.due - b.due || byCodePoint(a.document.key, b.document.key))
  return {
    generation: ref.generation,
    documents: timers.slice(0, count).map(({ document }) => documentOf(ref, document)),
    end: timers.length <= count,
  }
}

/** The port that people look up a store with. Every call reads all that is stored. */
export const inspectionOf = (log: Log, handlers: Handlers): StoreInspection => ({
  searchLog: (wanted) => async () =>
    F.pipe(
      LogSearch.check(wanted),
      E.chainFirstW(checkRunning(log)),
      E.map((checked) => search(log, checked)),
    ),

  listStreams: (query) => async () =>
    F.pipe(
      StreamQuery.check(query),
      E.chainFirstW(checkRunning(log)),
      E.map((checked) => list(log, checked)),
    ),

  countEvents: async () =>
    F.pipe(
      checkRunning(log)(),
      E.map(() => ({ counts: count(log), estimated: false })),
    ),

  listTimers: (query) => async () =>
    F.pipe(
      TimerQuery.check(query),
      E.chainFirstW(checkRunning(log)),
      E.map((checked) => timersOf(handlers, checked)),
    ),
})
