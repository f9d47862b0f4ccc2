import type { HistoryId } from '@foldlog/core'
import type { Lease } from '@foldlog/core/store'
import type { EventRef } from '../../HandlerRewound.ts'
import { type HandledPlace, inOrder, mostLost } from './rewindDetection.ts'

/** How far this process has handled each partition that it has held, and the last events of it that it has handled. */
export interface HandledHistory {
  readonly remember: (partition: number, place: HandledPlace) => void
  /** Adds events that were in processing when their partition was lost, and were handled after that. */
  readonly rememberLate: (events: ReadonlyArray<EventRef>) => void
  /** How far the partition of a lease was handled here, when the log may have gone back since. */
  readonly previousOf: (lease: Lease, history: HistoryId) => HandledPlace | undefined
  /** The last events of a partition that were handled here, in order. */
  readonly recentOf: (partition: number) => ReadonlyArray<EventRef>
  /** The places that were not verified in this history. */
  readonly unverified: (history: HistoryId) => ReadonlyArray<readonly [number, HandledPlace]>
  /** Marks that the place belongs to this history too. */
  readonly fits: (partition: number, place: HandledPlace, history: HistoryId) => void
  readonly places: () => ReadonlyArray<HandledPlace>
  /** The last events of all partitions, in any order. */
  readonly events: () => ReadonlyArray<EventRef>
  readonly forget: () => void
}

export const makeHandledHistory = (): HandledHistory => {
  const handled = new Map<number, HandledPlace>()
  let late: ReadonlyArray<EventRef> = []

  return {
    remember: (partition, place) => {
      // Position 0 counts too: events may be handled there that no commit has named.
      if (place.position > 0 || place.recent.length > 0) handled.set(partition, place)
    },
    rememberLate: (events) => {
      if (events.length > 0) late = inOrder([...late, ...events]).slice(-mostLost)
    },
    // A checkpoint never goes back, and a log goes back only in another history.
    previousOf: ({ partition, position }, history) => {
      const last = handled.get(partition)
      return last !== undefined && (last.history !== history || last.position > position) ? last : undefined
    },
    recentOf: (partition) => handled.get(partition)?.recent ?? [],
    unverified: (history) => [...handled].filter(([, place]) => place.history !== history),
    fits: (partition, place, history) => {
      if (handled.get(partition) === place) handled.set(partition, { ...place, history })
    },
    places: () => [...handled.values()],
    events: () => [...late, ...[...handled.values()].flatMap(({ recent }) => recent)],
    forget: () => {
      handled.clear()
      late = []
    },
  }
}
