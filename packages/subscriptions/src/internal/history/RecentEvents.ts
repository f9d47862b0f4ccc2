import type { EventId, RecordedEvent } from '@foldlog/core'
import type { EventRef } from '../../HandlerRewound.ts'

/**
 * The last events that were handled, or delivered. When a log goes back, the lost events are at its end, so they are
 * among these.
 */
export interface RecentEvents {
  /** Adds an event. Events come in the order of their positions; an event that is added again counts once. */
  readonly add: (event: RecordedEvent) => void
  /** The events, in order. */
  readonly events: () => ReadonlyArray<EventRef>
  /** The event that was added last among those at or before a position. */
  readonly lastUpTo: (position: number) => EventRef | undefined
}

const maxEvents = 1_000

/**
 * A ring of columns. Every handled event passes through here, so nothing is allocated for it, and none of its data is
 * kept.
 */
export const makeRecentEvents = (): RecentEvents => {
  const positions = new Float64Array(maxEvents)
  const ids: Array<EventId> = []
  const streams: Array<string> = []
  const types: Array<string> = []
  let count = 0

  const eventAt = (n: number): ReadonlyArray<EventRef> => {
    const at = n % maxEvents
    const [position, id, stream, type] = [positions[at], ids[at], streams[at], types[at]]
    return position === undefined || id === undefined || stream === undefined || type === undefined
      ? []
      : [{ position, id, stream, type }]
  }

  const lastUpTo = (position: number): EventRef | undefined => {
    for (let n = count - 1; n >= Math.max(0, count - maxEvents); n--) {
      const at = positions[n % maxEvents]
      if (at !== undefined && at <= position) return eventAt(n)[0]
    }
    return undefined
  }

  return {
    lastUpTo,
    add: ({ position, id, stream, type }) => {
      // An event with several lanes has several deliveries.
      if (count > 0 && positions[(count - 1) % maxEvents] === position) return
      const at = count % maxEvents
      positions[at] = position
      ids[at] = id
      streams[at] = stream
      types[at] = type
      count++
    },
    events: () =>
      Array.from({ length: Math.min(count, maxEvents) }, (_, i) => eventAt(Math.max(0, count - maxEvents) + i)).flat(),
  }
}
