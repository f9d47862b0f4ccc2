import type { KnownEvent } from '../HandlerRewound.ts'
import type { Delivery } from './Delivery.ts'
import { knownEvent } from './rewinding.ts'

/**
 * The last events that a partition has handled, for the report when the log goes back: what is lost then is at its end, so only these can be among it.
 */
export interface Recent {
  readonly add: (done: ReadonlyArray<Delivery>) => void
  /** In order. */
  readonly events: () => ReadonlyArray<KnownEvent>
}

export const mostRecent = 1_000

export const makeRecent = (): Recent => {
  let before: ReadonlyArray<KnownEvent> = []
  let events: Array<KnownEvent> = []

  return {
    add: (done) => {
      for (const { event } of done.slice(-mostRecent)) {
        if (events.at(-1)?.position !== event.position) events.push(knownEvent(event))
      }
      if (events.length < mostRecent) return
      before = events
      events = []
    },
    events: () => [...before, ...events].slice(-mostRecent),
  }
}
