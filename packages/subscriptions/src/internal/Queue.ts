import { either as E } from 'fp-ts'
import type { Delivery } from './Delivery.ts'

/** What waits in a partition, in the order of the log. */
export interface Queue {
  readonly size: () => number
  readonly push: (deliveries: ReadonlyArray<Delivery>) => void
  /** Takes so many off the head, never part of an event only: a checkpoint stands between events. */
  readonly take: (most: number) => ReadonlyArray<Delivery>
  /** Puts what was taken back to the head, to be taken again. */
  readonly putBack: (deliveries: ReadonlyArray<Delivery>) => void
  /** Puts back what failed together, to be taken one event at a time, so that the one to blame is found. */
  readonly putBackSingly: (deliveries: ReadonlyArray<Delivery>) => void
}

/**
 * With `alone`, an event that could not be decoded is the last of what is taken: later events of its stream may be in other lanes, and must find it parked, if it
 * is.
 */
export const makeQueue = (alone: boolean): Queue => {
  let waiting: Array<Delivery> = []
  let singly = 0

  const putBack = (deliveries: ReadonlyArray<Delivery>) => {
    if (deliveries.length > 0) waiting = [...deliveries, ...waiting]
  }

  return {
    size: () => waiting.length,
    push: (deliveries) => {
      for (const delivery of deliveries) waiting.push(delivery)
    },
    take: (most) => {
      let end = Math.min(singly > 0 ? 1 : most, waiting.length)
      if (alone) {
        const bad = waiting.findIndex(({ content }) => E.isLeft(content))
        if (bad >= 0) end = Math.min(end, bad + 1)
      }
      while (end < waiting.length && waiting[end]?.event.position === waiting[end - 1]?.event.position) end++
      const taken = waiting.slice(0, end)
      waiting = waiting.slice(end)
      singly = Math.max(0, singly - taken.length)
      return taken
    },
    putBack,
    putBackSingly: (deliveries) => {
      putBack(deliveries)
      singly = deliveries.length
    },
  }
}
