import {
  type Event,
  EventCodec,
  type EventStore,
  type HistoryId,
  type RecordedEvent,
  type StreamName,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { LoadError } from '../DispatchError.ts'
import type { Dispatched } from '../Dispatched.ts'
import { derivedIds } from './derivedIds.ts'
import type { Erased } from './Erased.ts'
import type { Job, Outcome } from './Job.ts'

/** Most commands write fewer events than this, so one look is enough for a whole batch of them. */
const firstLook = 4

const mostIds = 1_000

/**
 * The first results of those commands that were handled before. They are known by the ids of their events, which are stored together or not at
 * all: a command's first event is there exactly when all of them are.
 *
 * `readIn` is the history of the log before this look, when it is known. With the positions that are found it makes
 * places that are safe to remember. The log may be in a later history by now: then a place that the two histories do
 * not share is refused, and never mistaken for another.
 */
export const earlierResults = async (
  store: Pick<EventStore, 'findEvents'>,
  aggregate: Erased,
  stream: StreamName,
  jobs: ReadonlyArray<Job>,
  readIn?: HistoryId,
): Promise<E.Either<LoadError, ReadonlyMap<Job, Outcome>>> => {
  const results = new Map<Job, Outcome>()
  const perLook = Math.floor(mostIds / firstLook)
  for (let i = 0; i < jobs.length; i += perLook) {
    const some = jobs.slice(i, i + perLook)
    const found = await eventsOf(store, stream, some, 0, firstLook)
    if (E.isLeft(found)) return found
    for (const [j, job] of some.entries()) {
      const first = found.right[j] ?? []
      if (first.length === 0) continue
      const rest = first.length < firstLook ? E.right([]) : await theRest(store, stream, job)
      if (E.isLeft(rest)) return rest
      results.set(job, resultOf(aggregate, stream, job, [...first, ...rest.right], readIn))
    }
  }
  return E.right(results)
}

/** The stored events of each command, places `from` to `from + count`, in order. */
const eventsOf = async (
  store: Pick<EventStore, 'findEvents'>,
  stream: StreamName,
  jobs: ReadonlyArray<Job>,
  from: number,
  count: number,
): Promise<E.Either<LoadError, ReadonlyArray<ReadonlyArray<RecordedEvent>>>> => {
  const ids = jobs.map(({ commandId }) => {
    const idOf = derivedIds(stream, commandId)
    return Array.from({ length: count }, (_, i) => idOf(from + i))
  })
  const found = await store.findEvents(ids.flat())()
  if (E.isLeft(found)) return found
  const byId = new Map(found.right.filter((event) => event.stream === stream).map((event) => [event.id, event]))
  return E.right(ids.map((own) => own.flatMap((id) => byId.get(id) ?? [])))
}

const theRest = async (
  store: Pick<EventStore, 'findEvents'>,
  stream: StreamName,
  job: Job,
): Promise<E.Either<LoadError, ReadonlyArray<RecordedEvent>>> => {
  const all: Array<RecordedEvent> = []
  for (let from = firstLook; ; from += mostIds) {
    const found = await eventsOf(store, stream, [job], from, mostIds)
    if (E.isLeft(found)) return found
    const events = found.right.flat()
    all.push(...events)
    if (events.length < mostIds) return E.right(all)
  }
}

const resultOf = (
  aggregate: Erased,
  stream: StreamName,
  { commandId, correlationId }: Job,
  events: ReadonlyArray<RecordedEvent>,
  readIn: HistoryId | undefined,
): Outcome => {
  const decoded = EventCodec.decodeAll<Event>(aggregate.events)(events)
  if (E.isLeft(decoded)) return decoded
  const result: Dispatched<Event> = {
    stream,
    version: events.at(-1)?.version ?? 0,
    events: decoded.right,
    duplicate: true,
    commandId,
    correlationId: events[0]?.metadata.correlationId ?? correlationId,
    ...(readIn === undefined ? undefined : { history: readIn }),
  }
  return E.right(result)
}
