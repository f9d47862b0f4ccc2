import { either as E, option as O } from 'fp-ts'
import { defaultRetryStatus, type RetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import { sleep } from '../async/timers.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import {
  emptyUnit,
  type HandlerWorker,
  type LaneRetry,
  type UnitOfWork,
  type WorkerContext,
} from '../handlers/HandlerWorker.ts'
import { delayOf, nextRetry, verdictFor } from '../handlers/userCode.ts'
import type { PartitionLifecycle } from './PartitionLifecycle.ts'

/**
 * Lanes whose first event is waiting for a retry. Later events of such a lane queue in memory behind it; other lanes
 * continue.
 */
export interface RetryingLanes {
  readonly has: (lane: string) => boolean
  /**
   * Blocks lanes for retry, each from its event on, and queues deliveries of retrying lanes behind the others. Returns
   * a function that undoes it.
   */
  readonly add: (retries: ReadonlyArray<LaneRetry>, deliveries: ReadonlyArray<Delivery>) => () => void
  /** The position of the first event that is not handled. */
  readonly firstPosition: () => number
  readonly deliveries: () => ReadonlyArray<Delivery>
  readonly size: () => number
  /** Whether so many deliveries are retrying that no other event may begin. */
  readonly full: () => boolean
  /** Begins the next retry of each lane without one in flight. */
  readonly startRetries: () => void
  /** Number of events that were handled after their lane was blocked for retry. */
  readonly handled: () => number
  /** Waits for the retries in flight. */
  readonly close: () => Promise<unknown>
}

export interface RetryingLanesOptions {
  readonly policy: FailurePolicy
  readonly lifecycle: PartitionLifecycle
  readonly mayBegin: () => boolean
  readonly worker: () => HandlerWorker
  readonly enqueue: WorkerContext['enqueue']
  readonly batchSize: number
}

interface RetryingLane {
  readonly deliveries: ReadonlyArray<Delivery>
  /** Retry status of the first event. */
  readonly status: RetryStatus
  /** Maximum number of events in one attempt: one, after several have failed together. */
  readonly maxBatch: number
}

/**
 * Maximum number of lanes, and of deliveries in one lane; no other event begins at the limit. As many deliveries are
 * read ahead.
 */
const maxLanes = 100
const maxDeliveries = 4_000

/** Milliseconds between two checks whether the lease is valid again. */
const leaseCheckInterval = 50

export const makeRetryingLanes = ({
  policy,
  lifecycle,
  mayBegin,
  worker,
  enqueue,
  batchSize,
}: RetryingLanesOptions): RetryingLanes => {
  let lanes: ReadonlyMap<string, RetryingLane> = new Map()
  /** Retries in flight, until their unit of work begins. */
  const running = new Map<string, Promise<void>>()
  let unmarkRetrying: (() => void) | undefined
  let handled = 0

  /** Replaces the lanes. Returns a function that undoes it. */
  const replace = (next: ReadonlyMap<string, RetryingLane>): (() => void) => {
    const before = lanes
    lanes = next
    if (lanes.size > 0) unmarkRetrying ??= lifecycle.markRetrying()
    else {
      unmarkRetrying?.()
      unmarkRetrying = undefined
    }
    return () => replace(before)
  }

  const set = (lane: string, current: RetryingLane): (() => void) => {
    const next = new Map(lanes)
    if (current.deliveries.length > 0) next.set(lane, current)
    else next.delete(lane)
    return replace(next)
  }

  const add: RetryingLanes['add'] = (retries, deliveries) => {
    if (retries.length === 0 && lanes.size === 0) return () => {}
    const next = new Map(lanes)
    const from = new Map<string, number>()
    for (const { delivery, status } of retries) {
      next.set(delivery.lane, { deliveries: [], status, maxBatch: batchSize })
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
    return replace(next)
  }

  /** Applies the policy to a lane whose unit of work was undone. */
  const onRetryRejected = (lane: string, current: RetryingLane, why: HandlerFailure): UnitOfWork => {
    const [head, ...rest] = current.deliveries
    if (head === undefined) return emptyUnit
    const status = nextRetry(policy, current.status)
    if (status !== undefined) {
      set(lane, { ...current, status })
      return emptyUnit
    }
    const verdict = verdictFor(policy, why, head.event)
    if (verdict === 'stop') return { ...emptyUnit, stop: { event: head.event, why } }
    if (verdict === 'skip') {
      set(lane, { ...current, deliveries: rest, status: defaultRetryStatus })
      return emptyUnit
    }
    set(lane, { ...current, deliveries: [] })
    const behind = rest.map((delivery) => ({ delivery, why: 'behind' as const }))
    return { ...emptyUnit, parked: [{ delivery: head, why }, ...behind] }
  }

  /** The unit of work of a retry that has ended. */
  const onRetryDone = (lane: string, tries: ReadonlyArray<Delivery>, unit: UnitOfWork): UnitOfWork => {
    const current = lanes.get(lane)
    if (current === undefined) return emptyUnit
    const { stop, unfinished = [], retries: [later] = [], parked, ...done } = unit
    const onCommitRejected = (undo: () => void) => (why: HandlerFailure) => {
      undo()
      if (tries.length === 1) return onRetryRejected(lane, current, why)
      set(lane, { ...current, maxBatch: 1 })
      return emptyUnit
    }
    if (parked.length > 0) {
      const known = new Set(parked.map(({ delivery }) => delivery))
      const from = parked[0]?.delivery.event.position ?? 0
      const behind = current.deliveries.filter((one) => !known.has(one) && one.event.position > from)
      handled += tries.filter(({ event }) => event.position < from).length
      const undo = set(lane, { ...current, deliveries: [] })
      const all = [...parked, ...behind.map((delivery) => ({ delivery, why: 'behind' as const }))]
      return { ...done, parked: all, onCommitRejected: onCommitRejected(undo) }
    }
    const firstUnfinished = stop?.event ?? unfinished[0]?.event ?? later?.delivery.event
    const count =
      firstUnfinished === undefined ? tries.length : tries.findIndex(({ event }) => event === firstUnfinished)
    handled += count
    const status = later?.status ?? (count > 0 ? defaultRetryStatus : current.status)
    const undo = set(lane, { ...current, deliveries: current.deliveries.slice(count), status })
    return { ...done, parked, ...(stop === undefined ? undefined : { stop }), onCommitRejected: onCommitRejected(undo) }
  }

  /**
   * Queues a task that rethrows: a retry that throws must not block the partition; it stops there with the reason. The
   * lane is still blocked for retry, so its events are not passed.
   */
  const onThrown = (cause: unknown): void => enqueue(() => Promise.reject(cause))

  const retryLane = async (lane: string, { deliveries, status, maxBatch: limit }: RetryingLane): Promise<void> => {
    await sleep(delayOf(status), lifecycle.draining)
    // The lease may have expired; wait until a heartbeat renews it.
    while (!mayBegin() && !lifecycle.draining.aborted) await sleep(leaseCheckInterval, lifecycle.draining)
    if (lifecycle.draining.aborted) return
    // Events that only wait behind the first one are handled together, once the first succeeds.
    const tries = deliveries.slice(0, O.isSome(status.previousDelay) ? 1 : limit)
    const unit = await worker().handle(tries, { status, waitForRetries: false })
    enqueue(async () => {
      running.delete(lane)
      return E.isLeft(unit) ? unit : E.right(onRetryDone(lane, tries, unit.right))
    })
  }

  return {
    has: (lane) => lanes.has(lane),
    add,
    firstPosition: () => {
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
    full: () =>
      lanes.size >= maxLanes || [...lanes.values()].some(({ deliveries }) => deliveries.length >= maxDeliveries),
    startRetries: () => {
      if (lifecycle.draining.aborted) return
      for (const [lane, current] of lanes) {
        if (!running.has(lane)) running.set(lane, retryLane(lane, current).catch(onThrown))
      }
    },
    handled: () => handled,
    close: () => Promise.all(running.values()),
  }
}
