import type { Appended, Event, HistoryId, Recorded, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { AcceptedCommand } from './decideAll.ts'
import type { CommandOutcome } from './PendingCommand.ts'

/**
 * Makes the result of an accepted command, from the append that contained it, perhaps with others; without an append
 * when it needed no event.
 */
export const toDispatched = (
  stream: StreamName,
  { pending, events, newEvents, version }: AcceptedCommand,
  history: HistoryId,
  appended?: Appended,
): CommandOutcome => {
  const { commandId, correlationId } = pending
  const first = version - events.length + 1
  return E.right({
    stream,
    version,
    events: newEvents.flatMap(({ id, metadata }, i): ReadonlyArray<Recorded<Event>> => {
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
    }),
    duplicate: false,
    commandId,
    correlationId,
    history,
  })
}
