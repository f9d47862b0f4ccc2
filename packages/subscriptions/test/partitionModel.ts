import type { HistoryId, RecordedEvent } from '@foldlog/core'
import type { DocumentChange, HandlerDocument, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { constantDelay, defaultRetryStatus, limitRetries, Monoid, type RetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlerFailure, Verdict } from '../src/FailurePolicy.ts'
import type { Delivery } from '../src/internal/handlers/Delivery.ts'
import { emptyUnit, type LaneRetry, type ParkRequest, type UnitOfWork } from '../src/internal/handlers/HandlerWorker.ts'
import { nextRetry } from '../src/internal/handlers/userCode.ts'
import { makeBlockedLanesBuilder } from '../src/internal/partition/BlockedLanes.ts'
import { restoreGaps } from '../src/internal/partition/CheckpointGaps.ts'
import { makeDeliveryQueue } from '../src/internal/partition/DeliveryQueue.ts'
import { decodeParked } from '../src/internal/partition/ParkedDocument.ts'
import { openingState, type PartitionState } from '../src/internal/partition/PartitionState.ts'
import { prepareCommit, type Transition } from '../src/internal/partition/Transition.ts'
import { type Batch, rejectBatch, settleBatch, settleRetry, takeBatch } from '../src/internal/partition/transitions.ts'
import {
  chooseParked,
  type Parked,
  settleUnparking,
  type Unparking,
  unparkingOf,
} from '../src/internal/partition/unparking.ts'
import { right } from './fixtures.ts'

/** The transitions under test. */
export const transitions = {
  takeBatch,
  settleBatch,
  rejectBatch,
  settleRetry,
  prepareCommit,
  restoreGaps,
  unparkingOf,
  settleUnparking,
}

export type Transitions = typeof transitions

export interface PlannedEvent {
  readonly stream: string
  readonly lanes: ReadonlyArray<string>
  /** It cannot be decoded until it is taken up again, so its lane is its stream. */
  readonly undecodable: boolean
  /** How often it fails in each lane before it succeeds. */
  readonly failures: number
  readonly verdict: Verdict
}

/** The fate of a commit: it is written, the store rejects a document of it, or another member owns the partition. */
type Outcome = 'written' | 'rejected' | 'fenced'

export type PlannedStep =
  /** The partition begins to drain at an event of the batch, if it has that one. */
  | {
      readonly op: 'batch'
      readonly size: number
      readonly drainsAt: number
      readonly outcome: Outcome
      readonly inTransaction: boolean
    }
  | { readonly op: 'retry'; readonly which: number; readonly outcome: Outcome }
  | { readonly op: 'unpark'; readonly which: number; readonly count: number }
  | { readonly op: 'takeover' }

const batchSize = 7

const why: HandlerFailure = { _tag: 'HandlerThrew', why: 'planned', cause: undefined }

const log = { place: () => ({ position: 0, history: 'one' as HistoryId }), lastUpTo: () => undefined }

const keyOf = (lane: string, position: number): string => `${lane}@${position}`

const deliveryKey = ({ lane, event }: Delivery): string => keyOf(lane, event.position)

const deliveriesOf = ({ stream, lanes, undecodable }: PlannedEvent, i: number): ReadonlyArray<Delivery> => {
  const position = i + 1
  // All that is read of it.
  const event = { position, stream, id: `${position}`, version: 1, type: 'T', schemaVersion: 1 } as RecordedEvent
  if (undecodable) return [{ lane: stream, event, content: E.left(why) }]
  return lanes.map((lane) => ({ lane, event, content: E.right([]) }))
}

/** What a handler has done with some deliveries. Its effects are part of the commit. */
interface Work {
  readonly unit: UnitOfWork
  readonly effects: ReadonlyArray<Delivery>
  readonly skipped: ReadonlyArray<Delivery>
}

/**
 * Runs a partition that consists of transitions alone, with a store that has what they commit and a handler that fails
 * as planned. Returns the rules that were broken.
 */
export const runPartition = (
  plan: ReadonlyArray<PlannedEvent>,
  steps: ReadonlyArray<PlannedStep>,
  own: Transitions,
): ReadonlyArray<string> => {
  const all = plan.flatMap(deliveriesOf)
  const problems: Array<string> = []
  const attempts = new Map<string, number>()
  let healed = false
  const policy: FailurePolicy = {
    retry: Monoid.concat(limitRetries(2), constantDelay(1)),
    verdict: (_, { position }) => (healed ? 'park' : (plan[position - 1]?.verdict ?? 'park')),
  }

  // What the store has.
  const documents = new Map<string, HandlerDocument>()
  let checkpoint = 0
  const done = new Set<string>()
  const handled: Array<Delivery> = []
  const skippedKeys = new Set<string>()

  const gapsDocument = (): HandlerDocument | undefined => [...documents.values()].find(({ kind }) => kind === 'gaps')

  const parkedIn = (lane: string): ReadonlyArray<Parked> =>
    [...documents.values()]
      .flatMap((document) => {
        const data = document.kind === 'parked' ? decodeParked(document) : undefined
        return data?.lane === lane ? [{ document, data }] : []
      })
      .sort((a, b) => a.data.position - b.data.position)

  const write = ({ kind, key, data }: DocumentChange): void => {
    const place = { name: 'h', generation: 1, partition: 0, position: checkpoint }
    if (data === undefined) documents.delete(`${kind}\n${key}`)
    else documents.set(`${kind}\n${key}`, { ...place, kind, key, data, due: null, requestedAction: null })
  }

  let state: PartitionState
  let queue = makeDeliveryQueue(true)

  /** A new owner reads from the checkpoint on, and gets every delivery that is not done once, and no other. */
  const open = (): void => {
    const lease: Lease = {
      name: 'h',
      generation: 1,
      partition: 0,
      epoch: 1,
      revision: 0,
      position: checkpoint,
      anchor: null,
      released: true,
    }
    const parked = [...documents.values()].flatMap((one) => (one.kind === 'parked' ? (decodeParked(one) ?? []) : []))
    const blocked = makeBlockedLanesBuilder()
    for (const one of parked) blocked.change(one, 1)
    state = { ...openingState(lease), blocked: blocked.lanes(), gaps: right(own.restoreGaps(gapsDocument())) }
    const read = all.filter(({ event }) => event.position > checkpoint)
    queue = makeDeliveryQueue(true)
    queue.push(read)
    const { unblocked, behind } = own.takeBatch(state, read)
    const offered = [
      ...unblocked.map(deliveryKey),
      ...behind.flatMap(({ delivery: { lane, event }, whole }) =>
        whole === true
          ? read.filter((one) => one.event.position === event.position).map(deliveryKey)
          : [keyOf(lane, event.position)],
      ),
    ]
    const expected = all.map(deliveryKey).filter((key) => !done.has(key))
    if (offered.sort().join() !== expected.sort().join()) problems.push(`a takeover hands ${offered}, not ${expected}`)
  }

  /** The stored state says exactly what is done. */
  const verifyStored = (): void => {
    const { found, lanes } = right(restoreGaps(gapsDocument()))
    for (const { lane, event } of all) {
      const key = keyOf(lane, event.position)
      const isBeforeGap = event.position <= found.doneTo && lanes.get(event.position)?.has(lane) !== true
      if ((event.position <= checkpoint || isBeforeGap) !== done.has(key)) problems.push(`${key} is stored wrongly`)
    }
  }

  const addEffect = (delivery: Delivery, isUnparked: boolean): void => {
    const { lane, event } = delivery
    const last = handled.findLast((one) => one.lane === lane && one.event.stream === event.stream)
    const waits = [...parkedIn(lane), ...parkedIn(event.stream)].some(({ data }) => data.position < event.position)
    if (last !== undefined && last.event.position >= event.position) problems.push('out of order')
    if (waits && !isUnparked) problems.push('handled before a parked event')
    if (done.has(deliveryKey(delivery)) && !isUnparked) problems.push('handled twice')
    if (handled.some((one) => deliveryKey(one) === deliveryKey(delivery))) problems.push('handled twice')
    if (isUnparked && state.retrying.has(lane)) problems.push('handled while an event of its lane is retrying')
    handled.push(delivery)
  }

  /** Whether a transition after a rejected commit skips a delivery, as the policy says. */
  const isSkippedBy =
    ({ next, unit }: Transition) =>
    ({ lane, event }: Delivery): boolean =>
      policy.verdict(why, event) === 'skip' &&
      unit.stop === undefined &&
      next.retrying.get(lane)?.deliveries.some((one) => one.event === event) !== true

  const written = (
    transition: Transition,
    effects: ReadonlyArray<Delivery>,
    skipped: ReadonlyArray<Delivery>,
    isUnparked = false,
  ): void => {
    const { commit, next } = own.prepareCommit(transition, log, 0, 1)
    if (commit !== undefined) {
      if (commit.position < checkpoint) problems.push('the checkpoint goes back')
      for (const one of effects) addEffect(one, isUnparked)
      checkpoint = commit.position
      for (const change of commit.changes) write(change)
      for (const one of [...effects, ...skipped]) done.add(deliveryKey(one))
      for (const one of skipped) skippedKeys.add(deliveryKey(one))
      for (const { delivery, whole } of transition.unit.parked) {
        for (const one of all.filter(({ event }) => event === delivery.event))
          if (one.lane === delivery.lane || whole === true) done.add(deliveryKey(one))
      }
      verifyStored()
    }
    state = next
    if (next.stopped !== undefined) open()
  }

  /** Handles deliveries, each lane until its first failure, up to an event that is not begun. */
  const handle = (run: ReadonlyArray<Delivery>, end: number, first: RetryStatus, isRetried = true): Work => {
    const effects: Array<Delivery> = []
    const skipped: Array<Delivery> = []
    const parked: Array<ParkRequest> = []
    const retries: Array<LaneRetry> = []
    const ended = new Map<string, 'park' | 'retry'>()
    const until = (position: number, more: Partial<UnitOfWork>): Work => {
      const isBefore = ({ event }: Delivery): boolean => event.position < position
      const unit = { ...emptyUnit, parked, retries, ...more }
      return { unit, effects: effects.filter(isBefore), skipped: skipped.filter(isBefore) }
    }
    for (const [i, delivery] of run.entries()) {
      const { lane, event, content } = delivery
      if (event.position >= end) return until(event.position, { unfinished: run.slice(i) })
      if (ended.get(lane) === 'park') parked.push({ delivery, why: 'behind' })
      if (ended.has(lane)) continue
      const tried = attempts.get(deliveryKey(delivery)) ?? 0
      attempts.set(deliveryKey(delivery), tried + 1)
      if (E.isRight(content) && (healed || tried >= (plan[event.position - 1]?.failures ?? 0))) {
        effects.push(delivery)
        continue
      }
      const status =
        E.isLeft(content) || !isRetried ? undefined : nextRetry(policy, i === 0 ? first : defaultRetryStatus)
      const verdict = policy.verdict(why, event)
      if (status !== undefined) retries.push({ delivery, status, why })
      else if (verdict === 'stop') return until(event.position, { stop: { event, why } })
      else if (verdict === 'skip') skipped.push(delivery)
      else parked.push({ delivery, why })
      if (status !== undefined || verdict === 'park') ended.set(lane, status === undefined ? 'park' : 'retry')
    }
    return until(Number.POSITIVE_INFINITY, {})
  }

  const batch = (size: number, drainsAt: number, outcome: Outcome, inTransaction: boolean): void => {
    const taken = queue.take(size)
    const last = taken.at(-1)
    if (last === undefined) return
    const begun: Batch = own.takeBatch(state, taken)
    const { unit, effects, skipped } = handle(begun.run, drainsAt, defaultRetryStatus)
    // An event that cannot be decoded has no effect that could be tried again.
    const hasEffect = inTransaction && begun.run.every(({ content }) => E.isRight(content))
    const commitWith = hasEffect ? { commitWith: async () => E.right('committed' as const) } : undefined
    const whole = { to: last.event.position, batchSize }
    const settled = own.settleBatch(state, begun, { ...unit, ...commitWith }, whole)
    queue.requeue(settled.again)
    if (outcome === 'written') written(settled, effects, skipped)
    else if (outcome === 'fenced') open()
    else if (new Set(settled.done.map(({ event }) => event)).size > 1) queue.requeueOneByOne(settled.done)
    else {
      const rejected = own.rejectBatch(state, begun, settled, why, { policy, batchSize })
      const isSkipped = isSkippedBy(rejected)
      written(
        rejected,
        [],
        begun.run.filter((one) => settled.done.includes(one) && isSkipped(one)),
      )
    }
  }

  const retry = (which: number, outcome: Outcome): void => {
    const found = [...state.retrying][which % Math.max(1, state.retrying.size)]
    if (found === undefined) return
    const [lane, { deliveries, status, maxBatch }] = found
    const tries = deliveries.slice(0, status.previousDelay._tag === 'Some' ? 1 : maxBatch)
    const { unit, effects, skipped } = handle(tries, Number.POSITIVE_INFINITY, status)
    const settled = own.settleRetry(state, lane, tries, unit, policy)
    if (outcome === 'written') written(settled, effects, skipped)
    else if (outcome === 'fenced' || settled.onCommitRejected === undefined) open()
    else {
      const rejected = settled.onCommitRejected(why)
      written(rejected, [], tries.length === 1 ? tries.filter(isSkippedBy(rejected)) : [])
    }
  }

  /**
   * Takes up the first parked events of a lane. One that could not be decoded can be decoded now. An event of several
   * lanes is taken up alone.
   */
  const unpark = (which: number, count: number): void => {
    const lanes = state.blocked.buckets.flatMap((bucket) => [...bucket.keys()])
    const lane = lanes[which % Math.max(1, lanes.length)]
    if (lane === undefined) return
    const read = parkedIn(lane)
    const tried: Array<Unparking> = []
    for (const parked of chooseParked(read, true).tried.slice(0, count)) {
      const planned = plan[parked.data.position - 1]
      const [{ event } = { event: undefined }] = all.filter((one) => one.event.position === parked.data.position)
      if (planned === undefined || event === undefined) throw new Error('an event is parked that was not planned')
      const today = deliveriesOf({ ...planned, undecodable: false }, parked.data.position - 1)
      const deliveries = today.map((one) => ({ ...one, event }))
      const unparking = own.unparkingOf(state, parked, deliveries, () => true)
      if (E.isLeft(unparking)) break
      const isMany = unparking.right.free.length + unparking.right.behind.length > 1
      if (isMany && tried.length > 0) break
      tried.push(unparking.right)
      if (isMany) break
    }
    if (tried.length === 0) return
    const run = tried.flatMap(({ free }) => free)
    const isMany = run.length > tried.length
    const { unit, effects, skipped } = handle(run, Number.POSITIVE_INFINITY, defaultRetryStatus, !isMany)
    const settled = own.settleUnparking(state, { partition: 0, discarded: [], tried, read }, unit)
    written(settled, effects, skipped, true)
  }

  open()
  for (const step of steps) {
    if (step.op === 'batch') batch(step.size, step.drainsAt, step.outcome, step.inTransaction)
    else if (step.op === 'retry') retry(step.which, step.outcome)
    else if (step.op === 'unpark') unpark(step.which, step.count)
    else open()
  }
  healed = true
  for (let i = 0; i < 4 * all.length + 20; i++) {
    batch(batchSize, Number.POSITIVE_INFINITY, 'written', false)
    retry(i, 'written')
    unpark(i, 1 + (i % 3))
  }
  const ended = new Set([...handled.map(deliveryKey), ...skippedKeys])
  for (const [i, planned] of plan.entries()) {
    const today = deliveriesOf({ ...planned, undecodable: false }, i).map(deliveryKey)
    const isSkipped = planned.undecodable && skippedKeys.has(keyOf(planned.stream, i + 1))
    if (!isSkipped && !today.every((key) => ended.has(key))) problems.push('an event has left its lane unhandled')
  }
  if (done.size < all.length || checkpoint < plan.length) problems.push('some events are never done')
  return problems
}
