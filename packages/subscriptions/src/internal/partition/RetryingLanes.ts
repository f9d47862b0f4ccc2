import type { RetryStatus } from 'retry-ts'
import type { Delivery } from '../handlers/Delivery.ts'
import type { LaneRetry } from '../handlers/HandlerWorker.ts'

export interface RetryingLane {
  readonly deliveries: ReadonlyArray<Delivery>
  /** Retry status of the first event. */
  readonly status: RetryStatus
  /** Maximum number of events in one attempt; one, after several have failed together. */
  readonly maxBatch: number
}

/**
 * Lanes whose first event is waiting for a retry. Later events of such a lane queue in memory behind it; other lanes
 * continue.
 */
export type RetryingLanes = ReadonlyMap<string, RetryingLane>

/**
 * Maximum number of lanes, and of deliveries in one lane; no other event begins at the limit. As many deliveries are
 * read ahead.
 */
const maxLanes = 100
const maxDeliveries = 4_000

export const isFull = (lanes: RetryingLanes): boolean =>
  lanes.size >= maxLanes || [...lanes.values()].some(({ deliveries }) => deliveries.length >= maxDeliveries)

export const countRetrying = (lanes: RetryingLanes): number => {
  let count = 0
  for (const { deliveries } of lanes.values()) count += deliveries.length
  return count
}

/** The position of the first event that is not handled. */
export const firstRetrying = (lanes: RetryingLanes): number => {
  let first = Number.POSITIVE_INFINITY
  for (const { deliveries } of lanes.values()) first = Math.min(first, deliveries[0]?.event.position ?? first)
  return first
}

/** Replaces a lane; without deliveries it is no longer retrying. */
export const setLane = (lanes: RetryingLanes, lane: string, current: RetryingLane): RetryingLanes => {
  const next = new Map(lanes)
  if (current.deliveries.length > 0) next.set(lane, current)
  else next.delete(lane)
  return next
}

/** Blocks lanes for retry, each from its event on, and queues deliveries of retrying lanes behind the others. */
export const queueBehind = (
  lanes: RetryingLanes,
  retries: ReadonlyArray<LaneRetry>,
  deliveries: ReadonlyArray<Delivery>,
  maxBatch: number,
): RetryingLanes => {
  if (retries.length === 0 && lanes.size === 0) return lanes
  const next = new Map(lanes)
  const from = new Map<string, number>()
  for (const { delivery, status } of retries) {
    next.set(delivery.lane, { deliveries: [], status, maxBatch })
    from.set(delivery.lane, delivery.event.position)
  }
  const added = new Map<string, Array<Delivery>>()
  for (const delivery of deliveries) {
    const { lane, event } = delivery
    if (!next.has(lane) || event.position < (from.get(lane) ?? 0)) continue
    const own = added.get(lane)
    if (own === undefined) added.set(lane, [delivery])
    else own.push(delivery)
  }
  for (const [lane, own] of added) {
    const current = next.get(lane)
    if (current !== undefined) next.set(lane, { ...current, deliveries: [...current.deliveries, ...own] })
  }
  return next
}
