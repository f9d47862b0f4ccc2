import { either as E } from 'fp-ts'
import type { Delivery } from '../handlers/Delivery.ts'

/** What waits in a partition, in the order of the log. */
export interface DeliveryQueue {
  readonly size: () => number
  readonly push: (deliveries: ReadonlyArray<Delivery>) => void
  /** Takes so many off the head, never part of an event only: a checkpoint stands between events. */
  readonly take: (limit: number) => ReadonlyArray<Delivery>
  /** Puts what was taken back to the head, to be taken again. */
  readonly requeue: (deliveries: ReadonlyArray<Delivery>) => void
  /** Puts back what failed together, to be taken one event at a time, so that the one to blame is found. */
  readonly requeueOneByOne: (deliveries: ReadonlyArray<Delivery>) => void
}

/**
 * With `stopAtUndecodable`, an event that could not be decoded is the last of what is taken: later events of its stream may be in other lanes, and must find it parked, if it
 * is.
 */
export const makeDeliveryQueue = (stopAtUndecodable: boolean): DeliveryQueue => {
  let waiting: Array<Delivery> = []
  let oneByOne = 0

  const requeue = (deliveries: ReadonlyArray<Delivery>) => {
    if (deliveries.length > 0) waiting = [...deliveries, ...waiting]
  }

  return {
    size: () => waiting.length,
    push: (deliveries) => {
      for (const delivery of deliveries) waiting.push(delivery)
    },
    take: (limit) => {
      let end = Math.min(oneByOne > 0 ? 1 : limit, waiting.length)
      if (stopAtUndecodable) {
        const bad = waiting.findIndex(({ content }) => E.isLeft(content))
        if (bad >= 0) end = Math.min(end, bad + 1)
      }
      while (end < waiting.length && waiting[end]?.event.position === waiting[end - 1]?.event.position) end++
      const taken = waiting.slice(0, end)
      waiting = waiting.slice(end)
      oneByOne = Math.max(0, oneByOne - taken.length)
      return taken
    },
    requeue,
    requeueOneByOne: (deliveries) => {
      requeue(deliveries)
      oneByOne = deliveries.length
    },
  }
}
