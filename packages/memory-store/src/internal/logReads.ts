import type { EventId, EventStore } from '@foldlog/core'
import type { CheckedReadLogOptions, LogPage } from '@foldlog/core/store'
import { EventLookup, LogFilter, ReadLogOptions } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { currentHistory, verifyPosition } from './histories.ts'
import { checkRunning, type Log, queriedOf, type StoredEvent, toRecordedEvent } from './Log.ts'

const readPage = (log: Log, { after, count, filter }: CheckedReadLogOptions): LogPage => {
  const wanted = LogFilter.matches(filter)
  const events: Array<StoredEvent> = []
  for (let i = after; i < log.events.length && events.length < count; i++) {
    const event = log.events[i]
    if (event !== undefined && wanted(queriedOf(event))) events.push(event)
  }
  const last = events.length === count ? events.at(-1)?.position : undefined
  const position = last ?? log.events.length
  return {
    events: events.map(toRecordedEvent),
    position,
    end: last === undefined,
    history: currentHistory(log.histories),
  }
}

const findByIds = (log: Log, ids: ReadonlyArray<EventId>) =>
  [...new Set(ids)]
    .flatMap((id) => log.byId.get(id) ?? [])
    .sort((one, other) => one.position - other.position)
    .map(toRecordedEvent)

export const logReadsOf = (log: Log): Pick<EventStore, 'readLog' | 'findEvents'> => ({
  readLog: (options) => async () =>
    F.pipe(
      ReadLogOptions.check(options),
      E.chainFirstW(checkRunning(log)),
      E.chainFirstW(({ after, history }) =>
        verifyPosition(log.histories, log.events.length, {
          position: after,
          ...(history === undefined ? undefined : { history }),
        }),
      ),
      E.map((checked) => readPage(log, checked)),
    ),

  findEvents: (ids) => async () =>
    F.pipe(
      EventLookup.check(ids),
      E.chainFirstW(checkRunning(log)),
      E.map((checked) => findByIds(log, checked)),
    ),
})
