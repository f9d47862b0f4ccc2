import type { NewEvent, StreamName } from '@foldlog/core'
import type { AcceptedPart } from './AcceptedCommand.ts'
import type { Target } from './Target.ts'

/** The events of one stream, of all commands that are appended together. */
export interface StreamEvents {
  readonly target: Target
  readonly stream: StreamName
  readonly newEvents: Array<NewEvent>
}

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
  /** The streams with events, by the names of the targets, in the order of the log. */
  readonly streams: ReadonlyMap<StreamName, StreamEvents>
}

export const makeAppendOrder = (): AppendOrder => {
  const all = new Map<StreamName, StreamEvents>()
  let last: StreamName | undefined

  const fits = ({ target: { name }, events }: AcceptedPart): boolean =>
    events.length === 0 || name === last || !all.has(name)

  return {
    add: (parts) => {
      if (!parts.every(fits)) return false
      for (const { target, stream, newEvents } of parts) {
        if (newEvents.length === 0) continue
        const before = all.get(target.name)
        // Events of the last stream stay at its end: those of the command's other streams come after them.
        if (before !== undefined) before.newEvents.push(...newEvents)
        else {
          all.set(target.name, { target, stream, newEvents: [...newEvents] })
          last = target.name
        }
      }
      return true
    },
    streams: all,
  }
}
