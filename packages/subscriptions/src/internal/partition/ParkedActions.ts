import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { defaultRetryStatus, type RetryStatus } from 'retry-ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import { sleep } from '../async/timers.ts'
import {
  emptyUnit,
  type HandlerWorker,
  type UnitOfWork,
  type UnitResult,
  untilSettled,
} from '../handlers/HandlerWorker.ts'
import { partitionOf } from '../handlers/partitionOf.ts'
import { delayOf, nextRetry } from '../handlers/userCode.ts'
import { type Attempt, type AttemptNotes, giveUp } from './AttemptNotes.ts'
import { parkedInput } from './Attempts.ts'
import { isBlocked } from './BlockedLanes.ts'
import { discardParked } from './discardParked.ts'
import type { IncidentLog } from './IncidentLog.ts'
import { makeNotedTasks } from './NotedTasks.ts'
import { makeParkedLanes, type ParkedLane, type ParkedLanes } from './ParkedLanes.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import type { PartitionState } from './PartitionState.ts'
import {
  beforeInputs,
  beforeSuspect,
  type Chosen,
  chooseTogether,
  type LanePage,
  maxEvents,
  readLanes,
} from './parkedPages.ts'
import type { Task, Transition } from './Transition.ts'
import { takeUpInput } from './takeUpInput.ts'
import { rejectUnparking, settleUnparking, type Unparked, type UnparkingBatch, unparkingOf } from './unparking.ts'

// Performs the actions that are requested for parked events, in units of work of up to a hundred events: one read of
// documents, one of events, and one commit for all of them. Batches of new events are handled in between.

export interface ParkedActions {
  /** Adds actions that are requested. */
  readonly request: (documents: ReadonlyArray<HandlerDocument>) => void
  /** The next unit of work, if there is one. */
  readonly next: (state: PartitionState) => Task | undefined
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

/** Reads the first events of pages, and chooses those that are tried together. */
const choose = async (
  { partitions, readParked, lease }: PartitionOptions,
  state: PartitionState,
  pages: ReadonlyArray<LanePage>,
  notes: AttemptNotes,
): Promise<E.Either<InvalidInput | StoreUnavailable, Chosen>> => {
  const wanted = pages.flatMap(({ tried }) => tried.slice(0, maxEvents)).slice(0, maxEvents)
  const candidates = beforeSuspect(wanted, notes)
  const read = await readParked(candidates.map(({ data }) => data))
  if (E.isLeft(read)) return read
  const known = new Set(candidates)
  const isOurs = (lane: string): boolean => partitionOf(lane, partitions) === lease.partition
  const chosen = chooseTogether(
    pages,
    (parked) => known.has(parked),
    (parked) => unparkingOf(state, parked, read.right.get(parked.data.position) ?? [], isOurs),
  )
  return E.right(chosen)
}

/** Handles the deliveries of parked events, or gives them up because they have ended processes. */
const handleFree = async (
  worker: HandlerWorker,
  policy: FailurePolicy,
  tried: UnparkingBatch['tried'],
  status: RetryStatus,
  { ends }: Attempt,
): Promise<UnitResult> => {
  const free = tried.flatMap((one) => one.free)
  if (free.length === 0) return E.right(emptyUnit)
  if (ends !== undefined) return E.right(giveUp(policy, free, ends))
  const isOne = free.length > 1 && tried.length === 1
  return worker.handle(free, isOne ? untilSettled : { status, waitForRetries: false })
}

export interface ParkedActionsParts {
  readonly draining: AbortSignal
  readonly incidents: IncidentLog
  readonly notes: AttemptNotes
  /** The state of the partition, which the note of an attempt changes. */
  readonly current: () => PartitionState
  readonly onReady: () => void
}

export const makeParkedActions = (
  options: PartitionOptions,
  worker: HandlerWorker,
  { draining, incidents, notes, current, onReady }: ParkedActionsParts,
): ParkedActions => {
  const { definition, lease } = options
  const { partition } = lease
  const lanes = makeParkedLanes(maxEvents, onReady)
  const retrying = makeNotedTasks(notes, current, onReady)

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

  const tryChosen = async (
    state: PartitionState,
    chosen: Chosen,
    pages: ReadonlyArray<LanePage>,
    status: RetryStatus,
    attempt: Attempt,
  ): ReturnType<Task> => {
    const batch = batchOf(partition, pages, chosen.tried)
    const handled = await handleFree(worker, definition.policy, chosen.tried, status, attempt)
    if (E.isLeft(handled)) return handled
    return E.right({
      ...withLanes(chosen, pages, settleUnparking(state, batch, handled.right)),
      onCommitRejected: (why) => reject(state, chosen, pages, batch, handled.right, why),
    })
  }

  const takeUp: (taken: ReadonlyArray<ParkedLane>) => Task = (taken) => async (state) => {
    const found = await readLanes(options, state, taken)
    if (E.isLeft(found)) return found
    for (const page of found.right) {
      const [head] = page.tried
      const input = head?.data.input
      if (head === undefined || input === undefined) continue
      return retrying.run([parkedInput(head.document)], (now, attempt) =>
        takeUpInput(worker, partition, withLanes, now, page, head, input, found.right, attempt),
      )
    }
    const pages = found.right.map(beforeInputs)
    const choice = await choose(options, state, pages, notes)
    if (E.isLeft(choice)) return choice
    const chosen = choice.right
    const status = taken[0]?.status ?? defaultRetryStatus
    return retrying.run(
      chosen.tried.flatMap(({ free, document }) => (free.length > 0 ? [parkedInput(document)] : [])),
      (now, attempt) => tryChosen(now, chosen, pages, status, attempt),
    )
  }

  return {
    request: lanes.request,
    next: (state) => {
      const discards = lanes.discards()
      if (discards.length > 0) return discardParked(options, lanes, incidents, discards)
      if (retrying.waits()) return undefined
      const taken = lanes.next(state)
      return taken.length === 0 ? undefined : takeUp(taken)
    },
  }
}
