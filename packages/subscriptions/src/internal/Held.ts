import { either as E, option as O } from 'fp-ts'
import { defaultRetryStatus, type RetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import { delayOf, nextTry, verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import type { Lifespan } from './Lifespan.ts'
import { sleep } from './sleep.ts'
import { type Holding, nothing, type Turn, type Work, type WorkTools } from './Work.ts'

/**
 * Lanes that are held up, because their first event is to be tried again: all other lanes go on meanwhile. What comes in them stands behind that event, in
 * memory.
 */
export interface Held {
  readonly has: (lane: string) => boolean
  /** Holds lanes up, each from its event on, and puts deliveries of lanes that are held up behind the others. What comes back takes it back. */
  readonly take: (holdings: ReadonlyArray<Holding>, deliveries: ReadonlyArray<Delivery>) => () => void
  /** Where the first event stands that is not done. */
  readonly first: () => number
  readonly deliveries: () => ReadonlyArray<Delivery>
  readonly size: () => number
  /** So many are held up that no other event is to be begun. */
  readonly full: () => boolean
  /** Begins the next try of each lane that has none under way. */
  readonly attend: () => void
  /** Events that were done after they were held up. */
  readonly handled: () => number
  /** Waits for the tries that are under way. */
  readonly close: () => Promise<unknown>
}

export interface HeldOptions {
  readonly policy: FailurePolicy
  readonly life: Lifespan
  readonly mayBegin: () => boolean
  readonly work: () => Work
  readonly enqueue: WorkTools['enqueue']
  readonly batch: number
}

interface Lane {
  readonly deliveries: ReadonlyArray<Delivery>
  /** Of the tries of the first. */
  readonly status: RetryStatus
  /** How many may be done in one go: one, when several have failed together. */
  readonly most: number
}

/** Lanes, and deliveries in them, with which no other event is begun: the deliveries are as many as are read ahead. */
const mostLanes = 100
const most = 4_000

/** Milliseconds between two looks at whether the lease is surely ours again. */
const pause = 50

export const makeHeld = ({ policy, life, mayBegin, work, enqueue, batch }: HeldOptions): Held => {
  let lanes: ReadonlyMap<string, Lane> = new Map()
  /** Tries of which the turn has not come yet. */
  const underWay = new Map<string, Promise<void>>()
  let tried: (() => void) | undefined
  let handled = 0

  /** Lanes as they are from now on. What comes back takes it back. */
  const become = (next: ReadonlyMap<string, Lane>): (() => void) => {
    const before = lanes
    lanes = next
    if (lanes.size > 0) tried ??= life.retrying()
    else {
      tried?.()
      tried = undefined
    }
    return () => become(before)
  }

  const set = (lane: string, held: Lane): (() => void) => {
    const next = new Map(lanes)
    if (held.deliveries.length > 0) next.set(lane, held)
    else next.delete(lane)
    return become(next)
  }

  const take: Held['take'] = (holdings, deliveries) => {
    if (holdings.length === 0 && lanes.size === 0) return () => {}
    const next = new Map(lanes)
    const from = new Map<string, number>()
    for (const { delivery, status } of holdings) {
      next.set(delivery.lane, { deliveries: [], status, most: batch })
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
      const held = next.get(lane)
      if (held !== undefined) next.set(lane, { ...held, deliveries: [...held.deliveries, ...own] })
    }
    return become(next)
  }

  /** Its turn was undone: as the policy says. */
  const refused = (lane: string, held: Lane, why: HandlingFailure): Turn => {
    const [head, ...rest] = held.deliveries
    if (head === undefined) return nothing
    const status = nextTry(policy, held.status)
    if (status !== undefined) {
      set(lane, { ...held, status })
      return nothing
    }
    const verdict = verdictOn(policy, why, head.event)
    if (verdict === 'stop') return { ...nothing, stop: { event: head.event, why } }
    if (verdict === 'skip') {
      set(lane, { ...held, deliveries: rest, status: defaultRetryStatus })
      return nothing
    }
    set(lane, { ...held, deliveries: [] })
    const behind = rest.map((delivery) => ({ delivery, why: 'behind' as const }))
    return { ...nothing, parked: [{ delivery: head, why }, ...behind] }
  }

  /** The turn of a try that has ended. */
  const settled = (lane: string, tries: ReadonlyArray<Delivery>, turn: Turn): Turn => {
    const held = lanes.get(lane)
    if (held === undefined) return nothing
    const { stop, again = [], held: [later] = [], parked, ...done } = turn
    const instead = (undo: () => void) => (why: HandlingFailure) => {
      undo()
      if (tries.length === 1) return refused(lane, held, why)
      set(lane, { ...held, most: 1 })
      return nothing
    }
    if (parked.length > 0) {
      const known = new Set(parked.map(({ delivery }) => delivery))
      const from = parked[0]?.delivery.event.position ?? 0
      const behind = held.deliveries.filter((one) => !known.has(one) && one.event.position > from)
      handled += tries.filter(({ event }) => event.position < from).length
      const undo = set(lane, { ...held, deliveries: [] })
      const all = [...parked, ...behind.map((delivery) => ({ delivery, why: 'behind' as const }))]
      return { ...done, parked: all, instead: instead(undo) }
    }
    const undone = stop?.event ?? again[0]?.event ?? later?.delivery.event
    const count = undone === undefined ? tries.length : tries.findIndex(({ event }) => event === undone)
    handled += count
    const status = later?.status ?? (count > 0 ? defaultRetryStatus : held.status)
    const undo = set(lane, { ...held, deliveries: held.deliveries.slice(count), status })
    return { ...done, parked, ...(stop === undefined ? undefined : { stop }), instead: instead(undo) }
  }

  /**
   * The partition does not wait for a try that throws. A turn that throws reports it, and the partition stops there.
   * The lane is still held up, so its events are not passed.
   */
  const broke = (cause: unknown): void => enqueue(() => Promise.reject(cause))

  const attendTo = async (lane: string, { deliveries, status, most: room }: Lane): Promise<void> => {
    await sleep(delayOf(status), life.ending)
    // Not surely ours just now.
    while (!mayBegin() && !life.ending.aborted) await sleep(pause, life.ending)
    if (life.ending.aborted) return
    // What only stands behind is done together, once the first is done.
    const tries = deliveries.slice(0, O.isSome(status.previousDelay) ? 1 : room)
    const turn = await work().handle(tries, { status, patient: false })
    enqueue(async () => {
      underWay.delete(lane)
      return E.isLeft(turn) ? turn : E.right(settled(lane, tries, turn.right))
    })
  }

  return {
    has: (lane) => lanes.has(lane),
    take,
    first: () => {
      let first = Number.POSITIVE_INFINITY
      for (const { deliveries } of lanes.values()) first = Math.min(first, deliveries[0]?.event.position ?? first)
      return first
    },
    deliveries: () => [...lanes.values()].flatMap(({ deliveries }) => deliveries),
    size: () => {
      let size = 0
      for (const { deliveries } of lanes.values()) size += deliveries.length
      return size
    },
    full: () => lanes.size >= mostLanes || [...lanes.values()].some(({ deliveries }) => deliveries.length >= most),
    attend: () => {
      if (life.ending.aborted) return
      for (const [lane, held] of lanes) {
        if (!underWay.has(lane)) underWay.set(lane, attendTo(lane, held).catch(broke))
      }
    },
    handled: () => handled,
    close: () => Promise.all(underWay.values()),
  }
}
