import type { EventId, RecordedEvent } from '@foldlog/core'
import type { KnownEvent } from '../HandlerRewound.ts'

/**
 * The last events that were handled, or given out: what is lost when the log goes back is at its end, so it is among
 * these.
 */
export interface Recent {
  /** Events come in the order of their positions; one that comes again is one. */
  readonly add: (event: RecordedEvent) => void
  /** In order. */
  readonly events: () => ReadonlyArray<KnownEvent>
}

const most = 1_000

/**
 * A ring of columns: every event that is ever handled comes through here, so nothing is allocated for it, and none of
 * its data is kept.
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

  return {
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
