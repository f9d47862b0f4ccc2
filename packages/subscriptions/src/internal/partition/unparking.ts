import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { RetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { emptyUnit, type ParkRequest, type StopRequest, type UnitOfWork } from '../handlers/HandlerWorker.ts'
import { verdictFor } from '../handlers/userCode.ts'
import { block, isBlockedAt, unblock } from './BlockedLanes.ts'
import { decodeParked, type ParkedDocument, parkedChange } from './ParkedDocument.ts'
import type { PartitionState } from './PartitionState.ts'
import type { Transition } from './Transition.ts'

// The rules for parked events that are taken up again, without effects: which of a lane, with which deliveries, and
// what the state is after their result.

/** A parked event as it is stored. */
export interface Parked {
  readonly document: HandlerDocument
  readonly data: ParkedDocument
}

/**
 * What is done with the parked events of a lane, in their order. Those for which `discard` is requested are discarded,
 * wherever they are in the lane. The first of the others is tried when it only follows a parked event, when a retry of
 * it is requested, or when `isRequested`: somebody requests a retry of the lane. The next ones follow, up to one that
 * failed itself and for which nothing is requested.
 */
export const chooseParked = (
  parked: ReadonlyArray<Parked>,
  isRequested: boolean,
): { readonly discarded: ReadonlyArray<Parked>; readonly tried: ReadonlyArray<Parked> } => {
  const discarded = parked.filter(({ document }) => document.requestedAction === 'discard')
  const kept = parked.filter(({ document }) => document.requestedAction !== 'discard')
  const end = kept.findIndex(
    ({ document, data }, i) => !data.behind && document.requestedAction !== 'retry' && !(isRequested && i === 0),
  )
  return { discarded, tried: end < 0 ? kept : kept.slice(0, end) }
}

/**
 * A parked event that is tried: the deliveries that are handled now, and those that are parked in other lanes, behind
 * events that are parked there. With none of them it only leaves its lane.
 */
export interface Unparking extends Parked {
  readonly free: ReadonlyArray<Delivery>
  readonly behind: ReadonlyArray<Delivery>
}

/** Why a parked event cannot be tried yet: a lane is retrying, or events up to a position are to be taken first. */
export type WaitsFor = { readonly lane: string } | { readonly takenTo: number }

export const isWaiting = ({ retrying, takenTo }: PartitionState, waitsFor: WaitsFor): boolean =>
  'lane' in waitsFor ? retrying.has(waitsFor.lane) : takenTo < waitsFor.takenTo

/**
 * Divides the deliveries that a parked event has today. Its other lanes belong, or belonged, to other partitions, or
 * are done. Nothing of a lane that is retrying begins before the retry has ended. After a takeover, such lanes are
 * known when everything is taken again that the earlier owner has taken.
 */
export const unparkingOf = (
  { blocked, retrying, takenTo, gaps }: PartitionState,
  parked: Parked,
  deliveries: ReadonlyArray<Delivery>,
  isOurs: (lane: string) => boolean,
): E.Either<WaitsFor, Unparking> => {
  const { lane, whole, position } = parked.data
  const takenBefore = Math.min(position, gaps.found.doneTo)
  if (takenTo < takenBefore) return E.left({ takenTo: takenBefore })
  const own = deliveries.filter((one) => E.isLeft(one.content) || (whole ? isOurs(one.lane) : one.lane === lane))
  const waitsFor = own.find((one) => retrying.has(one.lane))
  if (waitsFor !== undefined) return E.left({ lane: waitsFor.lane })
  const isFree = (one: Delivery): boolean => one.lane === lane || !isBlockedAt(blocked, one.lane, position)
  return E.right({ ...parked, free: own.filter(isFree), behind: own.filter((one) => !isFree(one)) })
}

/** What follows for the lanes of events that were tried. A lane in no list has no parked event that is taken up. */
export interface UnparkedLanes {
  /** Lanes of events that failed for good: they wait for another request. */
  readonly failed: ReadonlySet<string>
  /** Lanes whose first event is tried again, after the delay of the status. */
  readonly retries: ReadonlyMap<string, RetryStatus>
  /** Lanes whose events from some on were not begun, or not finished. */
  readonly unfinished: ReadonlySet<string>
  /** Other lanes in which events were parked behind others. */
  readonly others: ReadonlyArray<string>
}

export interface Unparked extends Transition {
  readonly lanes: UnparkedLanes
  /** Those that left their lanes, because they are handled or parked in other lanes, and those that failed again. */
  readonly handled: ReadonlyArray<ParkedDocument>
  readonly failed: ReadonlyArray<ParkedDocument>
}

export interface UnparkingBatch {
  readonly partition: number
  /** Removed without being handled. */
  readonly discarded: ReadonlyArray<Parked>
  /** In log order. */
  readonly tried: ReadonlyArray<Unparking>
  /** The events that were read of these lanes: when a lane fails, what is requested for them is done. */
  readonly read: ReadonlyArray<Parked>
}

const gone = ({ document: { kind, key } }: Parked) => ({ kind, key })

const placeOf = ({ data: { lane, position } }: Parked) => ({ lane, position })

const isFailure = (why: StopRequest['why']): why is HandlerFailure =>
  why._tag !== 'InvalidInput' && why._tag !== 'HandlerRewound'

/** A retry by request does not stop the handler, even when the verdict on an event is `stop`. */
const parkInstead = (stop: StopRequest | undefined, tried: ReadonlyArray<Unparking>): ReadonlyArray<ParkRequest> => {
  if (stop === undefined) return []
  const why = isFailure(stop.why) ? stop.why : ({ _tag: 'HandlerReturnedError', error: stop.why } as const)
  const at = tried.find(({ free }) => stop.event === undefined || free.some(({ event }) => event === stop.event))
  const [delivery] = at?.free ?? []
  if (at === undefined || delivery === undefined) return []
  // None of its lanes is handled.
  const whole = at.data.whole
  return [{ delivery: { ...delivery, lane: at.data.lane }, why, whole, tries: stop.tries ?? 1 }]
}

const positionsFrom = (ends: ReadonlyArray<number | undefined>): number =>
  ends.reduce<number>((first, end) => Math.min(first, end ?? first), Number.POSITIVE_INFINITY)

/**
 * Parked events that were tried, in one unit of work, with their result. An event leaves its lane when it is handled or
 * skipped there. One that fails stays, with the new reason and all its tries. What is requested for others of its lane
 * is done then: the request was for the lane.
 */
export const settleUnparking = (
  state: PartitionState,
  { partition, discarded, tried, read }: UnparkingBatch,
  unit: UnitOfWork,
): Unparked => {
  const { stop, unfinished = [], retries = [], parked: failures, changes, ...work } = unit
  const parked = [...failures, ...parkInstead(stop, tried)]
  const stopAt = stop === undefined ? undefined : (stop.event ?? tried[0]?.free[0]?.event)?.position
  const end = positionsFrom([unfinished[0]?.event.position, stopAt === undefined ? undefined : stopAt + 1])
  const retryFrom = new Map(retries.map(({ delivery }) => [delivery.lane, delivery.event.position]))
  const isRetrying = ({ lane, event }: Delivery): boolean =>
    event.position >= (retryFrom.get(lane) ?? Number.POSITIVE_INFINITY)
  const left = tried.filter(({ data, free }) => data.position >= end || free.some(isRetrying))
  const settled = tried.filter((one) => !left.includes(one))

  const failed = new Map<Parked, ParkRequest>()
  const elsewhere: Array<ParkRequest> = []
  for (const one of settled) {
    const own = parked.filter(({ delivery }) => delivery.event.position === one.data.position)
    const stays = own.find(({ delivery }) => delivery.lane === one.data.lane || E.isLeft(delivery.content))
    if (stays !== undefined) failed.set(one, stays)
    for (const other of own) {
      if (other === stays || !one.free.includes(other.delivery)) continue
      elsewhere.push({ ...other, tries: one.data.attempts + (other.tries ?? 1) })
    }
    for (const delivery of one.behind) elsewhere.push({ delivery, why: 'behind' })
  }
  const failedLanes = new Set([...failed].flatMap(([{ data }, { why }]) => (why === 'behind' ? [] : [data.lane])))
  const done = [...discarded, ...settled.filter((one) => !failed.has(one))]
  const known = new Set<Parked['document']>(done.map(({ document }) => document))
  const skipped = new Set(unit.skipped?.map(({ delivery }) => delivery.event.position))
  const failedChanges = [...failed].flatMap(([{ data, document }, request]) => {
    if (request.why === 'behind') return []
    known.add(document)
    const { content } = request.delivery
    const delivery = { ...request.delivery, lane: data.lane }
    const whole = request.whole ?? (E.isLeft(content) && data.whole)
    return [parkedChange(partition, { ...request, delivery, whole }, data)]
  })
  const answered = read.filter(
    ({ document, data }) => document.requestedAction === 'retry' && failedLanes.has(data.lane) && !known.has(document),
  )
  return {
    unit: {
      ...work,
      parked: elsewhere,
      retries,
      changes: [
        ...changes,
        ...done.map(gone),
        ...failedChanges,
        ...answered.map(({ document: { kind, key, data } }) => ({ kind, key, data })),
      ],
    },
    handled: settled.flatMap((one) => (failed.has(one) || skipped.has(one.data.position) ? [] : [one.data])),
    failed: failedChanges.flatMap(({ data }) => (data === undefined ? [] : (decodeParked({ data }) ?? []))),
    next: { ...state, blocked: block(unblock(state.blocked, done.map(placeOf)), elsewhere) },
    lanes: {
      failed: failedLanes,
      retries: new Map(
        left.flatMap(({ data, free }) => {
          const retry = retries.find(({ delivery }) => free.includes(delivery))
          return retry === undefined ? [] : [[data.lane, retry.status] as const]
        }),
      ),
      unfinished: new Set(left.map(({ data }) => data.lane)),
      others: elsewhere.flatMap(({ delivery, why }) => (why === 'behind' ? [delivery.lane] : [])),
    },
  }
}

/** Keeps a parked input of a process, whose retry has failed, with its changed document. */
export const keepParkedInput = (
  state: PartitionState,
  { read }: UnparkingBatch,
  { document, data }: Parked,
  change: DocumentChange,
): Unparked => {
  const answered = read.filter(
    (one) => one.document !== document && one.data.lane === data.lane && one.document.requestedAction === 'retry',
  )
  const others = answered.map(({ document: { kind, key, data: same } }) => ({ kind, key, data: same }))
  const failed = change.data === undefined ? undefined : decodeParked({ data: change.data })
  return {
    unit: { ...emptyUnit, changes: [change, ...others] },
    next: state,
    lanes: { failed: new Set([data.lane]), retries: new Map(), unfinished: new Set(), others: [] },
    handled: [],
    failed: failed === undefined ? [] : [failed],
  }
}

/**
 * Applies the policy to a parked event whose commit was rejected, alone. `status` is that of its next try, if it has
 * one; `tries` is how often it was tried.
 */
export const rejectUnparking = (
  state: PartitionState,
  batch: UnparkingBatch,
  why: HandlerFailure,
  policy: FailurePolicy,
  { status, tries }: { readonly status: RetryStatus | undefined; readonly tries: number },
): Unparked => {
  const [delivery] = batch.tried[0]?.free ?? []
  if (delivery === undefined) return settleUnparking(state, { ...batch, discarded: [] }, emptyUnit)
  if (status !== undefined) {
    return settleUnparking(state, batch, { ...emptyUnit, retries: [{ delivery, status, why }] })
  }
  if (verdictFor(policy, why, delivery.event) === 'skip') {
    return settleUnparking(state, batch, { ...emptyUnit, skipped: [{ delivery, why }] })
  }
  return settleUnparking(state, batch, { ...emptyUnit, stop: { event: delivery.event, why, tries } })
}
