import { defaultRetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { emptyUnit, type ParkRequest, type StopRequest, type UnitOfWork } from '../handlers/HandlerWorker.ts'
import { nextRetry, verdictFor } from '../handlers/userCode.ts'
import { block, divide } from './BlockedLanes.ts'
import { unfinishedOf } from './CheckpointGaps.ts'
import type { PartitionState } from './PartitionState.ts'
import { queueBehind, type RetryingLane, setLane } from './RetryingLanes.ts'
import { type Transition, unchanged } from './Transition.ts'

// The rules of a partition, without effects: what of a batch is handled now, and what the state is after its result.

/** Deliveries from the head of the queue, and what is done with each of them. */
export interface Batch {
  readonly taken: ReadonlyArray<Delivery>
  /** The worker handles them. */
  readonly run: ReadonlyArray<Delivery>
  /** They are parked behind other events. */
  readonly behind: ReadonlyArray<ParkRequest>
  /** They are handled now, or queue in a lane that is retrying. Whatever is in none of these lists is done already. */
  readonly unblocked: ReadonlyArray<Delivery>
}

export const takeBatch = ({ gaps, blocked, retrying }: PartitionState, taken: ReadonlyArray<Delivery>): Batch => {
  const { unblocked, behind } = divide(blocked, unfinishedOf(gaps, taken))
  const run = retrying.size === 0 ? unblocked : unblocked.filter(({ lane }) => !retrying.has(lane))
  return { taken, run, behind, unblocked }
}

/** A batch that the worker has handled. The deliveries from where it has ended on are to be taken again. */
export interface SettledBatch extends Transition {
  readonly done: ReadonlyArray<Delivery>
  readonly again: ReadonlyArray<Delivery>
}

/** Where a batch ended before its end, if it did: nothing from there on is done. */
const endOf = ({ taken }: Batch, { stop, unfinished = [] }: UnitOfWork): number | undefined =>
  stop === undefined ? unfinished[0]?.event.position : (stop.event ?? taken[0]?.event)?.position

/** The last position before another: a checkpoint is at the position of an event, or stays where it was. */
const lastBefore = (position: number, { takenTo }: PartitionState, { taken }: Batch): number =>
  taken.reduce((last, { event }) => (event.position < position ? Math.max(last, event.position) : last), takenTo)

const upTo =
  (position: number) =>
  ({ event }: Delivery): boolean =>
    event.position <= position

/**
 * A batch handles, parks or skips all of its deliveries, or blocks their lanes for retry, before it is committed.
 * `to` is how far everything is taken when the whole batch is done.
 */
export const settleBatch = (
  state: PartitionState,
  batch: Batch,
  unit: UnitOfWork,
  whole: { readonly to: number; readonly batchSize: number },
): SettledBatch => {
  const { taken, unblocked } = batch
  const end = endOf(batch, unit)
  const to = end === undefined ? whole.to : lastBefore(end, state, batch)
  const isDone = upTo(to)
  const done = taken.filter(isDone)
  const parked = [...unit.parked, ...batch.behind].filter(({ delivery }) => isDone(delivery))
  const retries = (unit.retries ?? []).filter(({ delivery }) => isDone(delivery))
  const skipped = (unit.skipped ?? []).filter(({ delivery }) => isDone(delivery))
  const retrying = queueBehind(state.retrying, retries, unblocked.filter(isDone), whole.batchSize)
  const handled = retrying.size === 0 ? done.length : done.filter(({ lane }) => !retrying.has(lane)).length
  return {
    unit: { ...unit, parked, retries, skipped },
    next: {
      ...state,
      takenTo: Math.max(state.takenTo, to),
      blocked: block(state.blocked, parked),
      retrying,
      handled: state.handled + handled,
    },
    done,
    again: end === undefined ? [] : taken.filter(({ event }) => event.position >= end),
  }
}

/**
 * Applies the policy to a batch of one event whose commit was rejected. When the effect of the event is part of the
 * commit, it may be retried.
 */
export const rejectBatch = (
  state: PartitionState,
  { run, behind, unblocked }: Batch,
  { unit: { commitWith }, next: { takenTo } }: SettledBatch,
  why: HandlerFailure,
  { policy, batchSize }: { readonly policy: FailurePolicy; readonly batchSize: number },
): Transition => {
  const isDone = upTo(takenTo)
  const failed = run.filter(isDone)
  const [first] = failed
  const waiting = behind.filter(({ delivery }) => isDone(delivery))
  const status = commitWith === undefined ? undefined : nextRetry(policy, defaultRetryStatus)
  const verdict = status !== undefined ? 'retry' : first === undefined ? 'stop' : verdictFor(policy, why, first.event)
  if (verdict === 'stop') {
    const stop: StopRequest = first === undefined ? { why } : { event: first.event, why }
    return { unit: { ...emptyUnit, stop }, next: state }
  }
  const retries = status === undefined ? [] : failed.map((delivery) => ({ delivery, status, why }))
  const skipped = verdict === 'skip' ? failed.map((delivery) => ({ delivery, why })) : []
  const parked = [...(verdict === 'park' ? failed.map((delivery) => ({ delivery, why })) : []), ...waiting]
  const retrying = queueBehind(state.retrying, retries, unblocked.filter(isDone), batchSize)
  return {
    unit: { ...emptyUnit, parked, retries, skipped },
    next: { ...state, takenTo, blocked: block(state.blocked, parked), retrying },
  }
}

const withLane = (state: PartitionState, lane: string, current: RetryingLane, handled = 0): PartitionState => ({
  ...state,
  retrying: setLane(state.retrying, lane, current),
  handled: state.handled + handled,
})

/** Parks the first events of a lane, and all others behind them. The lane is no longer retrying. */
const parkLane = (
  state: PartitionState,
  lane: string,
  unit: UnitOfWork,
  rest: ReadonlyArray<Delivery>,
  handled: number,
): Transition => {
  const behind = rest.map((delivery): ParkRequest => ({ delivery, why: 'behind' }))
  const parked = [...unit.parked, ...behind]
  const retrying = new Map(state.retrying)
  retrying.delete(lane)
  return {
    unit: { ...unit, parked },
    next: { ...state, retrying, blocked: block(state.blocked, parked), handled: state.handled + handled },
  }
}

/** Applies the policy to a lane whose unit of work cannot be committed. */
const rejectRetry = (
  state: PartitionState,
  lane: string,
  current: RetryingLane,
  policy: FailurePolicy,
  why: HandlerFailure,
): Transition => {
  const [head, ...rest] = current.deliveries
  if (head === undefined) return unchanged(state)
  const status = nextRetry(policy, current.status)
  if (status !== undefined) {
    const retries = [{ delivery: head, status, why }]
    return { unit: { ...emptyUnit, retries }, next: withLane(state, lane, { ...current, status }) }
  }
  const verdict = verdictFor(policy, why, head.event)
  if (verdict === 'stop') return { unit: { ...emptyUnit, stop: { event: head.event, why } }, next: state }
  if (verdict === 'park') {
    const tries = current.status.iterNumber + 1
    return parkLane(state, lane, { ...emptyUnit, parked: [{ delivery: head, why, tries }] }, rest, 0)
  }
  return {
    unit: { ...emptyUnit, skipped: [{ delivery: head, why }] },
    next: withLane(state, lane, { ...current, deliveries: rest, status: defaultRetryStatus }),
  }
}

/** A retry of the first events of a lane has ended. */
export const settleRetry = (
  state: PartitionState,
  lane: string,
  tries: ReadonlyArray<Delivery>,
  unit: UnitOfWork,
  policy: FailurePolicy,
): Transition => {
  const current = state.retrying.get(lane)
  if (current === undefined) return unchanged(state)
  const { stop, unfinished = [], retries: [later] = [], parked, ...done } = unit
  const onCommitRejected = (why: HandlerFailure): Transition =>
    tries.length === 1
      ? rejectRetry(state, lane, current, policy, why)
      : { unit: emptyUnit, next: withLane(state, lane, { ...current, maxBatch: 1 }) }
  const [failed] = parked
  if (failed !== undefined) {
    const { position } = failed.delivery.event
    const known = new Set(parked.map(({ delivery }) => delivery))
    const behind = current.deliveries.filter((one) => !known.has(one) && one.event.position > position)
    const handled = tries.filter(({ event }) => event.position < position).length
    return { ...parkLane(state, lane, { ...done, parked }, behind, handled), onCommitRejected }
  }
  const end = stop?.event ?? unfinished[0]?.event ?? later?.delivery.event
  const count = end === undefined ? tries.length : tries.findIndex(({ event }) => event === end)
  const status = later?.status ?? (count > 0 ? defaultRetryStatus : current.status)
  return {
    unit: {
      ...done,
      parked,
      retries: later === undefined ? [] : [later],
      ...(stop === undefined ? undefined : { stop }),
    },
    next: withLane(state, lane, { ...current, deliveries: current.deliveries.slice(count), status }, count),
    onCommitRejected,
  }
}
