import type { Appended, Event, HistoryId, Recorded, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { AcceptedCommand, AcceptedPart } from './AcceptedCommand.ts'
import type { CommandOutcome } from './PendingCommand.ts'

/** The appends that have the events of a command, by the names of its targets. */
export type AppendedStreams = ReadonlyMap<StreamName, Appended>

const recordedEvents = (
  { stream, events, newEvents, version }: AcceptedPart,
  appended: Appended | undefined,
): ReadonlyArray<Recorded<Event>> => {
  const recorded: Array<Recorded<Event>> = []
  if (appended === undefined) return recorded
  const { positions, firstVersion, recordedAt } = appended
  const first = version - events.length + 1
  for (const [i, { id, metadata }] of newEvents.entries()) {
    const event = events[i]
    const position = positions[first + i - firstVersion]
    if (event === undefined || position === undefined) continue
    recorded.push({ id, stream, version: first + i, position, recordedAt, metadata, index: 0, effectId: id, event })
  }
  return recorded
}

/**
 * Makes the result of an accepted command, from the appends that contain its events, perhaps with those of others;
 * without an append when it needed no event.
 */
export const toDispatched = (
  { pending, parts }: AcceptedCommand,
  history: HistoryId,
  appended?: AppendedStreams,
): CommandOutcome => {
  const { commandId, correlationId, route } = pending
  const eventsOf = (part: AcceptedPart) => recordedEvents(part, appended?.get(part.target.name))
  const [only] = parts
  const events = parts.length === 1 && only !== undefined ? eventsOf(only) : parts.flatMap(eventsOf)
  return E.right(route.result(parts, { events, duplicate: false, commandId, correlationId, history }))
}
