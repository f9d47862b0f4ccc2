import type { io as IO } from 'fp-ts'
import type { Handlers } from './Handlers.ts'
import { newHistory } from './histories.ts'
import type { Log } from './Log.ts'

const replace = <K, V>(target: Map<K, V>, source: ReadonlyMap<K, V>): void => {
  target.clear()
  for (const [key, value] of source) target.set(key, value)
}

/** More leases than are ever given between two restores. */
const epochsOfLog = 1_000_000

/** Rises with each restore of any store. */
let jump = 0

/** Copies everything that is stored; the returned function restores the copy, as often as it is called. */
export const backupOf = (log: Log, handlers: Handlers): IO.IO<void> => {
  const copy = (
    { events, byId, streams }: Pick<Log, 'events' | 'byId' | 'streams'>,
    { byName }: Pick<Handlers, 'byName'>,
  ) =>
    // Copied together: an event is one object in all three.
    structuredClone({ events, byId, streams, byName })
  const kept = copy(log, handlers)
  const { histories } = log
  return () => {
    const { events, byId, streams, byName } = copy(kept, kept)
    log.events.splice(0, Number.POSITIVE_INFINITY)
    for (const event of events) log.events.push(event)
    replace(log.byId, byId)
    replace(log.streams, streams)
    replace(handlers.byName, byName)
    log.histories = [...histories, newHistory(events.length)]
    // Epochs go back too, and are not given again: a worker may still have a lease of the log that is gone.
    jump += epochsOfLog
    for (const { generations } of byName.values())
      for (const { partitions } of generations.values()) for (const one of partitions) one.epoch += jump
  }
}
