import type { Delivery } from '../handlers/Delivery.ts'
import type { ParkRequest } from '../handlers/HandlerWorker.ts'
import type { ParkInput } from '../handlers/ParkedInput.ts'
import { partitionOf } from '../handlers/partitionOf.ts'

/**
 * The lanes that are blocked, because an event in them is parked. Later events of such a lane are parked behind it, so
 * that the order holds. Earlier ones are not: after a takeover, events that were retrying are read again, and an event
 * behind them may be parked.
 *
 * A code that fails everywhere can block hundreds of thousands of lanes, and to copy as many for a commit takes 50 ms.
 * So lanes are in buckets by their hashes, and a change copies the buckets that it touches.
 */
export interface BlockedLanes {
  readonly size: number
  readonly buckets: ReadonlyArray<ReadonlyMap<string, ParkedInLane>>
}

/** The parked events of one lane. */
interface ParkedInLane {
  readonly count: number
  /**
   * No event of the lane before this position is parked. It is the position of the first parked event, until that one
   * leaves the lane: which one is the first then is known only to the store.
   */
  readonly first: number
}

export const noBlockedLanes: BlockedLanes = { size: 0, buckets: [] }

/** A prime: lanes of a partition have the same remainder by the number of partitions, and must not share buckets. */
const maxBuckets = 4_093

const bucketOf = (lane: string): number => partitionOf(lane, maxBuckets)

export const isBlocked = ({ size, buckets }: BlockedLanes, lane: string): boolean =>
  size > 0 && buckets[bucketOf(lane)]?.has(lane) === true

/** Whether an event of the lane that is before a position is parked. */
export const isBlockedAt = ({ size, buckets }: BlockedLanes, lane: string, position: number): boolean =>
  size > 0 && (buckets[bucketOf(lane)]?.get(lane)?.first ?? Number.POSITIVE_INFINITY) < position

/** How many events of the lane are parked. */
export const countParked = ({ buckets }: BlockedLanes, lane: string): number =>
  buckets[bucketOf(lane)]?.get(lane)?.count ?? 0

/** A parked event: its lane and its position. */
export interface LanePlace {
  readonly lane: string
  readonly position: number
}

/** Makes blocked lanes of others, one change after another. It copies each bucket that changes once. */
export interface BlockedLanesBuilder {
  /** Adds a parked event, or removes one. */
  readonly change: (place: LanePlace, by: 1 | -1) => void
  /** The lanes as they are now. Nothing may be changed after that. */
  readonly lanes: () => BlockedLanes
}

export const makeBlockedLanesBuilder = ({ size, buckets }: BlockedLanes = noBlockedLanes): BlockedLanesBuilder => {
  const next = buckets.slice()
  const copies = new Map<number, Map<string, ParkedInLane>>()
  let left = size
  return {
    change: ({ lane, position }, by) => {
      const at = bucketOf(lane)
      const bucket = copies.get(at) ?? new Map(next[at])
      copies.set(at, bucket)
      next[at] = bucket
      left -= bucket.size
      const { count, first } = bucket.get(lane) ?? { count: 0, first: position }
      if (count + by > 0) bucket.set(lane, { count: count + by, first: Math.min(first, position) })
      else bucket.delete(lane)
      left += bucket.size
    },
    lanes: () => ({ size: left, buckets: next }),
  }
}

/** Adds parked events to lanes, or removes as many. */
const change = (lanes: BlockedLanes, places: ReadonlyArray<LanePlace>, by: 1 | -1): BlockedLanes => {
  const builder = makeBlockedLanesBuilder(lanes)
  for (const place of places) builder.change(place, by)
  return builder.lanes()
}

export const block = (lanes: BlockedLanes, parked: ReadonlyArray<ParkRequest>): BlockedLanes => {
  if (parked.length === 0) return lanes
  return change(
    lanes,
    parked.map(({ delivery: { lane, event } }) => ({ lane, position: event.position })),
    1,
  )
}

/** Adds inputs of processes that are parked at a position. */
export const blockAll = (lanes: BlockedLanes, inputs: ReadonlyArray<ParkInput>, position: number): BlockedLanes =>
  inputs.length === 0
    ? lanes
    : change(
        lanes,
        inputs.map(({ lane }) => ({ lane, position })),
        1,
      )

/** Removes parked events. */
export const unblock = (lanes: BlockedLanes, places: ReadonlyArray<LanePlace>): BlockedLanes =>
  places.length === 0 ? lanes : change(lanes, places, -1)

/**
 * The lane in which a delivery must wait, if any. An undecodable event waits in the lane of its stream, and later
 * events of that stream wait behind it there, in whichever lane they would be.
 */
const blockingLane = (lanes: BlockedLanes, { lane, event: { stream, position } }: Delivery): string | undefined => {
  // The stream first: so an event waits there with all its lanes, or with none, and none of its lanes waits twice.
  if (isBlockedAt(lanes, stream, position)) return stream
  return isBlockedAt(lanes, lane, position) ? lane : undefined
}

/** Divides deliveries into those that may be handled, and those to park behind others. */
export const divide = (
  lanes: BlockedLanes,
  taken: ReadonlyArray<Delivery>,
): { readonly unblocked: ReadonlyArray<Delivery>; readonly behind: ReadonlyArray<ParkRequest> } => {
  if (lanes.size === 0) return { unblocked: taken, behind: [] }
  const unblocked: Array<Delivery> = []
  const behind = new Map<string, ParkRequest>()
  for (const delivery of taken) {
    const lane = blockingLane(lanes, delivery)
    if (lane === undefined) unblocked.push(delivery)
    // One document in the lane of its stream stands for all lanes of an event.
    else
      behind.set(`${lane}\n${delivery.event.position}`, {
        delivery: lane === delivery.lane ? delivery : { ...delivery, lane },
        why: 'behind',
        whole: lane === delivery.event.stream,
      })
  }
  return { unblocked, behind: [...behind.values()] }
}
