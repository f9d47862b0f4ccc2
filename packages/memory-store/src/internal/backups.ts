import type { io as IO } from 'fp-ts'
import { copyOf } from './copyOf.ts'
import type { Handlers } from './Handlers.ts'
import { newHistory } from './histories.ts'
import type { Log } from './Log.ts'

const replace = <K, V>(target: Map<K, V>, source: ReadonlyMap<K, V>): void => {
  target.clear()
  for (const [key, value] of source) target.set(key, value)
}

/** Copies all stored data; the returned function restores the copy, any number of times. */
export const takeBackup = (log: Log, handlers: Handlers): IO.IO<void> => {
  const copy = (
    { events, byId, streams, index, taggings }: Pick<Log, 'events' | 'byId' | 'streams' | 'index' | 'taggings'>,
    { byName }: Pick<Handlers, 'byName'>,
  ) =>
    // Copied together: an event is one object in all four.
    copyOf({ events, byId, streams, index, taggings, byName })
  const backup = copy(log, handlers)
  const { histories } = log
  return () => {
    const { events, byId, streams, index, taggings, byName } = copy(backup, backup)
    log.events.splice(0, Number.POSITIVE_INFINITY)
    for (const event of events) log.events.push(event)
    replace(log.byId, byId)
    replace(log.streams, streams)
    replace(log.index.byTag, index.byTag)
    replace(log.index.byType, index.byType)
    replace(log.taggings, taggings)
    replace(handlers.byName, byName)
    log.histories = [...histories, newHistory(events.length)]
  }
}
