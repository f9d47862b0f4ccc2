import type { Appended, Event, HistoryId, Recorded, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Accepted } from './decideAll.ts'
import type { Outcome } from './Job.ts'

/** The result of a command that was accepted, within an append that held it, perhaps with others; without one when it needed no event. */
export const outcomeOf = (
  stream: StreamName,
  { job, events, news, version }: Accepted,
  history: HistoryId,
  appended?: Appended,
): Outcome => {
  const { commandId, correlationId, metadata } = job
  const first = version - events.length + 1
  return E.right({
    stream,
    version,
    events: news.flatMap(({ id }, i): ReadonlyArray<Recorded<Event>> => {
      const event = events[i]
      const position = appended?.positions[first + i - appended.firstVersion]
      return appended === undefined || event === undefined || position === undefined
        ? []
        : [{ id, stream, version: first + i, position, recordedAt: appended.recordedAt, metadata, event }]
    }),
    duplicate: false,
    commandId,
    correlationId,
    history,
  })
}
