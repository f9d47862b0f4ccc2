import type { EventId, RecordedEvent } from '@foldlog/core'
import type { KnownEvent } from '../HandlerRewound.ts'

/**
 * The last events that were handled, or delivered. When a log goes back, the lost events are at its end, so they are
 * among these.
 */
export interface Recent {
  /** Events are added in the order of their positions; an event that is added again counts once. */
  readonly add: (event: RecordedEvent) => void
  /** The events, in order. */
  readonly events: () => ReadonlyArray<KnownEvent>
  /** The event that was added last among those at or before a position. */
  readonly lastUpTo: (position: number) => KnownEvent | undefined
}

const most = 1_000

/**
 * A ring of columns. Every event that is handled passes through here, so nothing is allocated for it, and none of its
 * data is kept.
 */
export const makeRecent = (): Recent => {
  const positions = new Float64Array(most)
  const ids: Array<EventId> = []
  const streams: Array<string> = []
  const types: Array<string> = []
  let count = 0

  const eventAt = (n: number): ReadonlyArray<KnownEvent> => {
    const at = n % most
    const [position, id, stream, type] = [positions[at], ids[at], streams[at], types[at]]
    return position === undefined || id === undefined || stream === undefined || type === undefined
      ? []
      : [{ position, id, stream, type }]
  }

  const lastUpTo = (position: number): KnownEvent | undefined => {
    for (let n = count - 1; n >= Math.max(0, count - most); n--) {
      const at = positions[n % most]
      if (at !== undefined && at <= position) return eventAt(n)[0]
    }
    return undefined
  }

  return {
    lastUpTo,
    add: ({ position, id, stream, type }) => {
      // An event with several lanes is several deliveries.
      if (count > 0 && positions[(count - 1) % most] === position) return
      const at = count % most
      positions[at] = position
      ids[at] = id
      streams[at] = stream
      types[at] = type
      count++
    },
    events: () =>
      Array.from({ length: Math.min(count, most) }, (_, i) => eventAt(Math.max(0, count - most) + i)).flat(),
  }
}
