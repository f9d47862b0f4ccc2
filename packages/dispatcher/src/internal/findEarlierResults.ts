import {
  type Event,
  EventCodec,
  type EventStore,
  type HistoryId,
  type RecordedEvent,
  type StreamName,
} from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { CommandIdReused, LoadError } from '../DispatchError.ts'
import type { Dispatched } from '../Dispatched.ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import { eventIdsOf } from './eventIdsOf.ts'
import type { CommandOutcome, PendingCommand } from './PendingCommand.ts'

/**
 * Event ids looked up for each command at first. Most commands write fewer events, so one lookup is enough for a whole
 * batch.
 */
const firstLookup = 4

/**
 * Finds the first results of commands that were handled before. The ids of their events identify them. The events are
 * stored all or none, so the first event of a command is stored exactly when all of them are. It has the type of the
 * command: an id that comes again with another type has the outcome `CommandIdReused`.
 *
 * `readIn` is the history of the log before this lookup, when it is known. Together with the found positions it forms
 * places that are safe to remember. The log may be in a later history by now: then the store refuses a place that the
 * two histories do not share, and never mistakes it for another.
 */
export const findEarlierResults = async (
  store: Pick<EventStore, 'findEvents'>,
  aggregate: ErasedAggregate,
  stream: StreamName,
  commands: ReadonlyArray<PendingCommand>,
  readIn?: HistoryId,
): Promise<E.Either<LoadError, ReadonlyMap<PendingCommand, CommandOutcome>>> => {
  const results = new Map<PendingCommand, CommandOutcome>()
  const perLookup = Math.floor(Limits.idsPerLookup / firstLookup)
  for (let i = 0; i < commands.length; i += perLookup) {
    const some = commands.slice(i, i + perLookup)
    const found = await findEventsOf(store, stream, some, 0, firstLookup)
    if (E.isLeft(found)) return found
    for (const [j, pending] of some.entries()) {
      const first = found.right[j] ?? []
      if (first.length === 0) continue
      const rest = first.length < firstLookup ? E.right([]) : await remainingEvents(store, stream, pending)
      if (E.isLeft(rest)) return rest
      results.set(pending, toEarlierResult(aggregate, stream, pending, [...first, ...rest.right], readIn))
    }
  }
  return E.right(results)
}

/** Finds the stored events of each command with the indexes `from` to `from + count - 1`, in order. */
const findEventsOf = async (
  store: Pick<EventStore, 'findEvents'>,
  stream: StreamName,
  commands: ReadonlyArray<PendingCommand>,
  from: number,
  count: number,
): Promise<E.Either<LoadError, ReadonlyArray<ReadonlyArray<RecordedEvent>>>> => {
  const ids = commands.map(({ commandId }) => {
    const idOf = eventIdsOf(stream, commandId)
    return Array.from({ length: count }, (_, i) => idOf(from + i))
  })
  const found = await store.findEvents(ids.flat())()
  if (E.isLeft(found)) return found
  const byId = new Map(found.right.filter((event) => event.stream === stream).map((event) => [event.id, event]))
  return E.right(ids.map((own) => own.flatMap((id) => byId.get(id) ?? [])))
}

const remainingEvents = async (
  store: Pick<EventStore, 'findEvents'>,
  stream: StreamName,
  pending: PendingCommand,
): Promise<E.Either<LoadError, ReadonlyArray<RecordedEvent>>> => {
  const all: Array<RecordedEvent> = []
  for (let from = firstLookup; ; from += Limits.idsPerLookup) {
    const found = await findEventsOf(store, stream, [pending], from, Limits.idsPerLookup)
    if (E.isLeft(found)) return found
    const events = found.right.flat()
    all.push(...events)
    if (events.length < Limits.idsPerLookup) return E.right(all)
  }
}

const commandIdReused = (facts: Omit<CommandIdReused, '_tag'>): CommandIdReused => ({
  _tag: 'CommandIdReused',
  ...facts,
})

const toEarlierResult = (
  aggregate: ErasedAggregate,
  stream: StreamName,
  { command, commandId, correlationId }: PendingCommand,
  events: ReadonlyArray<RecordedEvent>,
  readIn: HistoryId | undefined,
): CommandOutcome => {
  // Absent when an earlier version stored the events, or when the first caller chose no id.
  const first = events[0]?.metadata.commandType
  if (first !== undefined && first !== command.type) {
    return E.left(commandIdReused({ commandId, stream, first, command: command.type }))
  }
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
