import type { HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { defaultRetryStatus } from 'retry-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { runSafely } from '../async/runSafely.ts'
import { sleep } from '../async/timers.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { emptyUnit, type HandlerWorker, type UnitOfWork, untilSettled } from '../handlers/HandlerWorker.ts'
import type { ParkedInput } from '../handlers/ParkedInput.ts'
import { partitionOf } from '../handlers/partitionOf.ts'
import { delayOf, nextRetry } from '../handlers/userCode.ts'
import { isBlocked } from './BlockedLanes.ts'
import type { IncidentLog } from './IncidentLog.ts'
import { makeParkedLanes, type ParkedLane, type ParkedLanes } from './ParkedLanes.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import type { PartitionState } from './PartitionState.ts'
import { retryParkedInput } from './parkedInputs.ts'
import { type Chosen, chooseTogether, decodeAll, type LanePage, maxEvents, readLanes } from './parkedPages.ts'
import type { Task, Transition } from './Transition.ts'
import {
  keepParkedInput,
  type Parked,
  rejectUnparking,
  settleUnparking,
  type Unparked,
  type UnparkingBatch,
  unparkingOf,
} from './unparking.ts'

// Performs the actions that are requested for parked events, in units of work of up to a hundred events: one read of
// documents, one of events, and one commit for all of them. Batches of new events are handled in between.

export interface ParkedActions {
  /** Adds actions that are requested. */
  readonly request: (documents: ReadonlyArray<HandlerDocument>) => void
  /** The next unit of work, if there is one. */
  readonly next: (state: PartitionState) => Task | undefined
}

/** Inputs of processes are taken up alone: those before them come first. */
const beforeInputs = (page: LanePage): LanePage => {
  const end = page.tried.findIndex(({ data }) => data.input !== undefined)
  return end < 0 ? page : { ...page, tried: page.tried.slice(0, end) }
}

/** What becomes of the lanes of a unit of work, once it is committed. */
const moveLanes = (
  lanes: ParkedLanes,
  draining: AbortSignal,
  { waiting, later }: Chosen,
  pages: ReadonlyArray<LanePage>,
  { lanes: of, next }: Unparked,
): void => {
  const kept = new Map([...waiting, ...later].map((one) => [one.lane, one]))
  for (const { one, tried, discarded, read } of pages) {
    const { lane, oneByOne } = one
    const status = of.retries.get(lane)
    const other = kept.get(lane)
    lanes.remove(one)
    if (other !== undefined) lanes.wait(other)
    else if (of.failed.has(lane)) continue
    else if (status !== undefined) lanes.delay({ ...one, status }, sleep(delayOf(status), draining))
    else if (of.unfinished.has(lane)) lanes.wait({ ...one, status: defaultRetryStatus })
    else if (tried.length === 0 && (read.length === 0 || discarded.length < read.length)) continue
    else if (isBlocked(next.blocked, lane)) lanes.follow(lane, Math.max(0, oneByOne - 1))
  }
  for (const lane of of.others) lanes.follow(lane)
}

/** Retries an input of a process that heads its lane, alone. */
const takeUpInput = async (
  worker: HandlerWorker,
  partition: number,
  withLanes: (chosen: Chosen, pages: ReadonlyArray<LanePage>, unparked: Unparked) => Transition,
  state: PartitionState,
  { one, read, discarded }: LanePage,
  head: Parked,
  input: ParkedInput,
  pages: ReadonlyArray<LanePage>,
): ReturnType<Task> => {
  const retried = await retryParkedInput(worker, partition, head.data, input)
  if (E.isLeft(retried)) return retried
  const { unit, parkAgain } = retried.right
  const later = pages.flatMap((page) => (page.one === one ? [] : [page.one]))
  const chosen: Chosen = { tried: [], waiting: [], later }
  const own = pages.map((page) => (page.one === one ? page : { ...page, discarded: [] }))
  const batch: UnparkingBatch = { partition, discarded, tried: [{ ...head, free: [], behind: [] }], read }
  const failed = (why: HandlerFailure): Transition =>
    withLanes(
      chosen,
      own.map((page) => ({ ...page, discarded: [] })),
      keepParkedInput(state, batch, head, parkAgain(why)),
    )
  if (E.isLeft(unit)) return E.right(failed(unit.left))
  return E.right({
    ...withLanes(chosen, own, settleUnparking(state, batch, unit.right)),
    onCommitRejected: failed,
  })
}

const discard =
  (
    { store, lease: { name, generation, partition } }: PartitionOptions,
    lanes: ParkedLanes,
    incidents: IncidentLog,
    keys: ReadonlyArray<string>,
  ): Task =>
  async (state) => {
    // They may have been handled or discarded since the poll.
    const found = await runSafely(store.getDocuments({ name, generation, kind: 'parked' }, keys))
    if (E.isLeft(found)) return found
    const discarded = decodeAll(found.right).filter(({ document }) => document.requestedAction === 'discard')
    const settled = settleUnparking(state, { partition, discarded, tried: [], read: [] }, emptyUnit)
    const left = new Set(discarded.map(({ data }) => data.lane))
    const onCommitted = (): void => incidents.discarded(discarded.map(({ data }) => data))
    return E.right({
      ...settled,
      unit: { ...settled.unit, onCommitted },
      onReached: () =>
        lanes.onDiscarded(
          keys,
          [...left].filter((lane) => isBlocked(settled.next.blocked, lane)),
        ),
    })
  }

const batchOf = (
  partition: number,
  pages: ReadonlyArray<LanePage>,
  tried: UnparkingBatch['tried'],
): UnparkingBatch => ({
  partition,
  discarded: pages.flatMap(({ discarded }) => discarded),
  tried,
  read: pages.flatMap((page) => page.read),
})

export const makeParkedActions = (
  options: PartitionOptions,
  worker: HandlerWorker,
  {
    draining,
    incidents,
    onReady,
  }: { readonly draining: AbortSignal; readonly incidents: IncidentLog; readonly onReady: () => void },
): ParkedActions => {
  const { partitions, definition, readParked, lease } = options
  const { partition } = lease
  const lanes = makeParkedLanes(maxEvents, onReady)
  const isOurs = (lane: string): boolean => partitionOf(lane, partitions) === partition

  const withLanes = (chosen: Chosen, pages: ReadonlyArray<LanePage>, unparked: Unparked): Transition => {
    const onCommitted = (): void => {
      unparked.unit.onCommitted?.()
      incidents.parkedAgain(unparked.failed)
      incidents.unparked(unparked.handled)
      incidents.discarded(pages.flatMap(({ discarded }) => discarded.map(({ data }) => data)))
    }
    const unit = { ...unparked.unit, onCommitted }
    return { ...unparked, unit, onReached: () => moveLanes(lanes, draining, chosen, pages, unparked) }
  }

  const reject = (
    state: PartitionState,
    chosen: Chosen,
    pages: ReadonlyArray<LanePage>,
    batch: UnparkingBatch,
    { commitWith }: UnitOfWork,
    why: HandlerFailure,
  ): Transition => {
    const { policy } = definition
    if (chosen.tried.length === 1) {
      const status = pages[0]?.one.status ?? defaultRetryStatus
      const tries = { status: commitWith && nextRetry(policy, status), tries: status.iterNumber + 1 }
      return withLanes(chosen, pages, rejectUnparking(state, batch, why, policy, tries))
    }
    // They are tried one by one, to find the one that fails.
    incidents.split(
      chosen.tried.flatMap(({ free }) => free),
      why,
    )
    const count = (lane: string): number => chosen.tried.filter(({ data }) => data.lane === lane).length
    return {
      unit: emptyUnit,
      next: state,
      onReached: () => {
        for (const { one } of pages) lanes.wait({ ...one, oneByOne: Math.max(one.oneByOne, count(one.lane)) })
      },
    }
  }

  const takeUp: (taken: ReadonlyArray<ParkedLane>) => Task = (taken) => async (state) => {
    const found = await readLanes(options, state, taken)
    if (E.isLeft(found)) return found
    for (const page of found.right) {
      const [head] = page.tried
      if (head?.data.input !== undefined)
        return takeUpInput(worker, partition, withLanes, state, page, head, head.data.input, found.right)
    }
    const pages = found.right.map(beforeInputs)
    const candidates = pages.flatMap(({ tried }) => tried.slice(0, maxEvents)).slice(0, maxEvents)
    const read = await readParked(candidates.map(({ data }) => data))
    if (E.isLeft(read)) return read
    const known = new Set(candidates)
    const deliveriesOf = (parked: Parked): ReadonlyArray<Delivery> => read.right.get(parked.data.position) ?? []
    const chosen = chooseTogether(
      pages,
      (parked) => known.has(parked),
      (parked) => unparkingOf(state, parked, deliveriesOf(parked), isOurs),
    )
    const { tried } = chosen
    const batch = batchOf(partition, pages, tried)
    const free = tried.flatMap((one) => one.free)
    const status = taken[0]?.status ?? defaultRetryStatus
    const attempt = free.length > 1 && tried.length === 1 ? untilSettled : { status, waitForRetries: false }
    const handled = free.length === 0 ? E.right(emptyUnit) : await worker.handle(free, attempt)
    if (E.isLeft(handled)) return handled
    return E.right({
      ...withLanes(chosen, pages, settleUnparking(state, batch, handled.right)),
      onCommitRejected: (why) => reject(state, chosen, pages, batch, handled.right, why),
    })
  }

  return {
    request: lanes.request,
    next: (state) => {
      const discards = lanes.discards()
      if (discards.length > 0) return discard(options, lanes, incidents, discards)
      const taken = lanes.next(state)
      return taken.length === 0 ? undefined : takeUp(taken)
    },
  }
}
