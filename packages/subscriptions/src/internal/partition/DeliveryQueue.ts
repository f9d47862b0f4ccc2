import { either as E } from 'fp-ts'
import type { Delivery } from '../handlers/Delivery.ts'

/** The deliveries that wait in a partition, in log order. */
export interface DeliveryQueue {
  readonly size: () => number
  /** When the first event was recorded; `undefined` when none waits. */
  readonly nextRecordedAt: () => Date | undefined
  readonly push: (deliveries: ReadonlyArray<Delivery>) => void
  /**
   * Takes up to `limit` deliveries off the head, but never a part of an event: a checkpoint is between events. An event
   * that `isAlone` is taken without others.
   */
  readonly take: (limit: number, isAlone?: (delivery: Delivery) => boolean) => ReadonlyArray<Delivery>
  /** Puts deliveries back at the head. */
  readonly requeue: (deliveries: ReadonlyArray<Delivery>) => void
  /** Puts back a failed batch, to be taken one event at a time, so that the failing event is found. */
  readonly requeueOneByOne: (deliveries: ReadonlyArray<Delivery>) => void
}

/**
 * With `stopAtUndecodable`, a batch ends at the first undecodable event: later events of its stream may be in other
 * lanes, and must see it parked.
 */
export const makeDeliveryQueue = (stopAtUndecodable: boolean): DeliveryQueue => {
  let waiting: Array<Delivery> = []
  let oneByOne = 0

  const requeue = (deliveries: ReadonlyArray<Delivery>) => {
    if (deliveries.length > 0) waiting = [...deliveries, ...waiting]
  }

  return {
    size: () => waiting.length,
    nextRecordedAt: () => waiting[0]?.event.recordedAt,
    push: (deliveries) => {
      for (const delivery of deliveries) waiting.push(delivery)
    },
    take: (limit, isAlone) => {
      let end = Math.min(oneByOne > 0 ? 1 : limit, waiting.length)
      if (stopAtUndecodable) {
        const bad = waiting.findIndex(({ content }) => E.isLeft(content))
        if (bad >= 0) end = Math.min(end, bad + 1)
      }
      if (isAlone !== undefined) {
        const alone = waiting.slice(0, end).findIndex(isAlone)
        if (alone >= 0) end = Math.min(end, Math.max(1, alone))
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
