import type { NewEvent, StreamName } from '@foldlog/core'
import type { AcceptedPart } from './decideAll.ts'

/**
 * Collects the events of commands for one append, stream by stream, so that the log has them in the order of the
 * commands.
 *
 * An append stores the events of one stream next to each other. So a command fits behind the others when each stream to
 * which it appends has no events yet, or is the last one that got events. All commands of one stream fit.
 */
export interface AppendOrder {
  /** Adds the events of a command. Returns false, and adds nothing, when it does not fit. */
  readonly add: (parts: ReadonlyArray<AcceptedPart>) => boolean
  /** The events by the names of their targets, in the order of the log. */
  readonly events: ReadonlyMap<StreamName, ReadonlyArray<NewEvent>>
}

export const makeAppendOrder = (): AppendOrder => {
  const all = new Map<StreamName, Array<NewEvent>>()
  let last: StreamName | undefined

  const fits = ({ target: { name }, events }: AcceptedPart): boolean =>
    events.length === 0 || name === last || !all.has(name)

  return {
    add: (parts) => {
      if (!parts.every(fits)) return false
      for (const { target, newEvents } of parts) {
        if (newEvents.length === 0) continue
        const events = all.get(target.name)
        // Events of the last stream stay at its end: those of the command's other streams come after them.
        if (events !== undefined) events.push(...newEvents)
        else {
          all.set(target.name, [...newEvents])
          last = target.name
        }
      }
      return true
    },
    events: all,
  }
}
