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
import { idsOf } from './idsOf.ts'
import type { CommandOutcome, PendingCommand } from './PendingCommand.ts'
import { type ResolvedStreams, resolvedOf, streamsOf } from './ResolvedStreams.ts'

/**
 * Event ids looked up for each command at first. Most commands write fewer events, so one lookup is enough for a whole
 * batch.
 */
const firstLookup = 4

/** Where earlier results are looked up. */
export interface EarlierResults {
  readonly store: Pick<EventStore, 'findEvents'>
  readonly resolved: ResolvedStreams
}

/**
 * Finds the first results of commands that were handled before. The ids of their events identify them. The events are
 * stored all or none, so the first event of a command is stored exactly when all of them are. It has the type of the
 * command: an id that is reused with another type has the outcome `CommandIdReused`.
 *
 * `readIn` is the history of the log before this lookup, when it is known. Together with the found positions it forms
 * places that are safe to remember. The log may be in a later history by now: then the store refuses a place that the
 * two histories do not share, and never mistakes it for another.
 */
export const findEarlierResults = async (
  from: EarlierResults,
  commands: ReadonlyArray<PendingCommand>,
  readIn?: HistoryId,
): Promise<E.Either<LoadError, ReadonlyMap<PendingCommand, CommandOutcome>>> => {
  const results = new Map<PendingCommand, CommandOutcome>()
  const perLookup = Math.floor(Limits.idsPerLookup / firstLookup)
  for (let i = 0; i < commands.length; i += perLookup) {
    const some = commands.slice(i, i + perLookup)
    const found = await findEventsOf(from, some, 0, firstLookup)
    if (E.isLeft(found)) return found
    for (const [j, pending] of some.entries()) {
      const first = found.right[j] ?? []
      if (first.length === 0) continue
      const rest = first.length < firstLookup ? E.right([]) : await remainingEvents(from, pending)
      if (E.isLeft(rest)) return rest
      results.set(pending, toEarlierResult(from, pending, [...first, ...rest.right], readIn))
    }
  }
  return E.right(results)
}

/** Finds the stored events of each command with the indexes `from` to `from + count - 1`, in order. */
const findEventsOf = async (
  { store, resolved }: EarlierResults,
  commands: ReadonlyArray<PendingCommand>,
  from: number,
  count: number,
): Promise<E.Either<LoadError, ReadonlyArray<ReadonlyArray<RecordedEvent>>>> => {
  const ids = commands.map((pending) => {
    const idOf = idsOf(resolved, pending)
    return Array.from({ length: count }, (_, i) => idOf(from + i))
  })
  const found = await store.findEvents(ids.flat())()
  if (E.isLeft(found)) return found
  const byId = new Map(found.right.map((event) => [event.id, event]))
  return E.right(
    commands.map((pending, i) => {
      const streams = streamsOf(resolved, pending)
      return (ids[i] ?? []).flatMap((id) => {
        const event = byId.get(id)
        // An application may have used the id in another stream.
        return event !== undefined && (pending.boundary !== undefined || streams.includes(event.stream)) ? [event] : []
      })
    }),
  )
}

const remainingEvents = async (
  from: EarlierResults,
  pending: PendingCommand,
): Promise<E.Either<LoadError, ReadonlyArray<RecordedEvent>>> => {
  const all: Array<RecordedEvent> = []
  for (let at = firstLookup; ; at += Limits.idsPerLookup) {
    const found = await findEventsOf(from, [pending], at, Limits.idsPerLookup)
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

const streamOf = ([first]: ReadonlyArray<RecordedEvent>): StreamName =>
  // Called with the events of a command that has some.
  first?.stream as StreamName

const toEarlierResult = (
  { resolved }: EarlierResults,
  pending: PendingCommand,
  events: ReadonlyArray<RecordedEvent>,
  readIn: HistoryId | undefined,
): CommandOutcome => {
  const { command, commandId, correlationId, route, targets } = pending
  const [event] = events
  // Absent when an earlier version stored the events, or when the first caller chose no id.
  const first = event?.metadata.commandType
  if (event !== undefined && first !== undefined && first !== command.type) {
    return E.left(commandIdReused({ commandId, stream: event.stream, first, command: command.type }))
  }
  const parts =
    pending.boundary !== undefined
      ? [
          {
            // A result of several streams is made of its events.
            stream: streamOf(events),
            version: 0,
            decoded: EventCodec.decodeAll<Event>(pending.boundary.boundary.events)(events),
          },
        ]
      : targets.map((target) => {
          const { stream } = resolvedOf(resolved, target)
          const own = events.filter((event) => event.stream === stream)
          return {
            stream,
            version: own.at(-1)?.version ?? 0,
            decoded: EventCodec.decodeAll<Event>(target.aggregate.events)(own),
          }
        })
  const failed = parts.find(({ decoded }) => E.isLeft(decoded))
  if (failed !== undefined && E.isLeft(failed.decoded)) return failed.decoded
  return E.right(
    route.result(parts, {
      events: parts.flatMap(({ decoded }) => (E.isRight(decoded) ? decoded.right : [])),
      duplicate: true,
      commandId,
      correlationId: events[0]?.metadata.correlationId ?? correlationId,
      ...(readIn === undefined ? undefined : { history: readIn }),
    }),
  )
}
