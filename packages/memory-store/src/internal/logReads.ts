import type { CheckedReadLog, EventStore, LogSlice } from '@foldlog/core'
import { EventId, LogFilter, ReadLog, refuse } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { currentOf, verifyPlace } from './histories.ts'
import { type Log, recorded, running, type StoredEvent } from './Log.ts'

const page = (log: Log, { after, count, filter }: CheckedReadLog): LogSlice => {
  const wanted = LogFilter.meets(filter)
  const events: Array<StoredEvent> = []
  for (let i = after; i < log.events.length && events.length < count; i++) {
    const event = log.events[i]
    if (event !== undefined && wanted({ type: event.type, stream: event.append.stream })) events.push(event)
  }
  const last = events.length === count ? events.at(-1)?.position : undefined
  const position = last ?? log.events.length
  return { events: events.map(recorded), position, end: last === undefined, history: currentOf(log.histories) }
}

const find = (log: Log, ids: ReadonlyArray<EventId>) =>
  [...new Set(ids)]
    .flatMap((id) => log.byId.get(id) ?? [])
    .sort((one, other) => one.position - other.position)
    .map(recorded)

const mostIds = 1_000

export const logReadsOf = (log: Log): Pick<EventStore, 'readLog' | 'findEvents'> => ({
  readLog: (options) => async () =>
    F.pipe(
      ReadLog.check(options),
      E.chainFirstW(running(log)),
      E.chainFirstW(({ after, history }) =>
        verifyPlace(log.histories, log.events.length, {
          position: after,
          ...(history === undefined ? undefined : { history }),
        }),
      ),
      E.map((checked) => page(log, checked)),
    ),

  findEvents: (ids) => async () => {
    if (!Array.isArray(ids)) return refuse('ids', 'must be an array')
    if (ids.length > mostIds) return refuse('ids', `must be at most ${mostIds}, are ${ids.length}`)
    return F.pipe(
      E.traverseArray(EventId.parse)(ids),
      E.chainFirstW(running(log)),
      E.map((checked) => find(log, checked)),
    )
  },
})
