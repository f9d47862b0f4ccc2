import type { RecordedEvent } from '@foldlog/core'
import type { KnownEvent } from '../HandlerRewound.ts'
import { knownEvent } from './rewinding.ts'

/**
 * The last events that were handled, or given out: what is lost when the log goes back is at its end, so it is among these.
 */
export interface Recent {
  readonly add: (done: ReadonlyArray<RecordedEvent>) => void
  /** In order. */
  readonly events: () => ReadonlyArray<KnownEvent>
}

export const mostRecent = 1_000

export const makeRecent = (): Recent => {
  let before: ReadonlyArray<KnownEvent> = []
  let events: Array<KnownEvent> = []

  return {
    add: (done) => {
      for (const event of done.slice(-mostRecent)) {
        if (events.at(-1)?.position !== event.position) events.push(knownEvent(event))
      }
      if (events.length < mostRecent) return
      before = events
      events = []
    },
    events: () => [...before, ...events].slice(-mostRecent),
  }
}
