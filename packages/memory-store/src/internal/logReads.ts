import type { CheckedReadLog, EventStore, LogFilter, LogSlice } from '@foldlog/core'
import { EventId, ReadLog, refuse, StreamName } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import { type Log, recorded, running, type StoredEvent } from './Log.ts'

const oneOf = (alternatives: ReadonlyArray<string> | undefined): ((value: string) => boolean) => {
  if (alternatives === undefined) return () => true
  const set = new Set(alternatives)
  return (value) => set.has(value)
}

const meets = ({ categories, streams, streamPrefix = '', types }: LogFilter): ((event: StoredEvent) => boolean) => {
  const [isCategory, isStream, isType] = [oneOf(categories), oneOf(streams), oneOf(types)]
  return ({ type, append: { stream } }) =>
    isType(type) && isStream(stream) && isCategory(StreamName.category(stream)) && stream.startsWith(streamPrefix)
}

const page = (log: Log, { after, count, filter }: CheckedReadLog): LogSlice => {
  const wanted = meets(filter)
  const events: Array<StoredEvent> = []
  for (let i = after; i < log.events.length && events.length < count; i++) {
    const event = log.events[i]
    if (event !== undefined && wanted(event)) events.push(event)
  }
  const last = events.length === count ? events.at(-1)?.position : undefined
  const position = last ?? Math.max(after, log.events.length)
  return { events: events.map(recorded), position, end: last === undefined }
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
