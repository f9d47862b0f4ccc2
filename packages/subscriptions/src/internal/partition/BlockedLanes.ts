import type { HandlerDocument } from '@foldlog/core'
import type { Delivery } from '../handlers/Delivery.ts'
import type { ParkRequest } from '../handlers/HandlerWorker.ts'
import { decodeParked } from './ParkedDocument.ts'

/**
 * The lanes that are blocked, because an event in them is parked, with the number of their parked events. Later events
 * of such a lane are parked behind it, so that the order holds.
 */
export type BlockedLanes = ReadonlyMap<string, number>

export const blockedBy = (parked: ReadonlyArray<HandlerDocument>): BlockedLanes => {
  const lanes = new Map<string, number>()
  for (const document of parked) {
    const data = decodeParked(document)
    if (data !== undefined) lanes.set(data.lane, (lanes.get(data.lane) ?? 0) + 1)
  }
  return lanes
}

export const block = (lanes: BlockedLanes, parked: ReadonlyArray<ParkRequest>): BlockedLanes => {
  if (parked.length === 0) return lanes
  const next = new Map(lanes)
  for (const { delivery } of parked) next.set(delivery.lane, (next.get(delivery.lane) ?? 0) + 1)
  return next
}

/** Removes one parked event of a lane. */
export const unblock = (lanes: BlockedLanes, lane: string): BlockedLanes => {
  const next = new Map(lanes)
  const left = (lanes.get(lane) ?? 1) - 1
  if (left > 0) next.set(lane, left)
  else next.delete(lane)
  return next
}

/**
 * The lane in which a delivery must wait, if any. An undecodable event waits in the lane of its stream, and later
 * events of that stream wait behind it there, in whichever lane they would be.
 */
const blockingLane = (lanes: BlockedLanes, { lane, event }: Delivery): string | undefined => {
  // The stream first: so an event waits there with all its lanes, or with none, and none of its lanes waits twice.
  if (lanes.has(event.stream)) return event.stream
  return lanes.has(lane) ? lane : undefined
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
        whole: lanes.has(delivery.event.stream),
      })
  }
  return { unblocked, behind: [...behind.values()] }
}
