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
  const first = version - events.length + 1
  return newEvents.flatMap(({ id, metadata }, i): ReadonlyArray<Recorded<Event>> => {
    const event = events[i]
    const position = appended?.positions[first + i - appended.firstVersion]
    return appended === undefined || event === undefined || position === undefined
      ? []
      : [
          {
            id,
            stream,
            version: first + i,
            position,
            recordedAt: appended.recordedAt,
            metadata,
            index: 0,
            effectId: id,
            event,
          },
        ]
  })
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
  const events = parts.flatMap((part) => recordedEvents(part, appended?.get(part.target.name)))
  return E.right(route.result(parts, { events, duplicate: false, commandId, correlationId, history }))
}
