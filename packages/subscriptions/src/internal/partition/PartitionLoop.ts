import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { makeWakeSignal, type WakeSignal } from '../async/WakeSignal.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { emptyUnit, firstAttempt, type HandlerWorker, type WorkerContext } from '../handlers/HandlerWorker.ts'
import { makePartitionLog, type PartitionLog } from '../history/PartitionLog.ts'
import { blockedBy, isBlocked } from './BlockedLanes.ts'
import { placeOf, restoreGaps } from './CheckpointGaps.ts'
import { type DeliveryQueue, makeDeliveryQueue } from './DeliveryQueue.ts'
import { type DueTimers, makeDueTimers } from './DueTimers.ts'
import { type IncidentLog, makeIncidentLog } from './IncidentLog.ts'
import { makeParkedActions, type ParkedActions } from './ParkedActions.ts'
import { makePartitionCommitter, type PartitionCommitter } from './PartitionCommitter.ts'
import type { PartitionEnd } from './PartitionEnd.ts'
import { makePartitionLifecycle, type PartitionLifecycle } from './PartitionLifecycle.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import { isFull } from './RetryingLanes.ts'
import { makeRetryRunner, type RetryRunner } from './RetryRunner.ts'
import { removeStop, stopState } from './StopDocument.ts'
import { makeTaskQueue, type TaskQueue } from './TaskQueue.ts'
import { type Task, type Transition, transitionBy, unchanged } from './Transition.ts'
import { takeTurns } from './takeTurns.ts'
import { rejectBatch, settleBatch, takeBatch } from './transitions.ts'

// The only loop of a partition: it takes deliveries and tasks, has them handled, and commits, until the partition ends.

/** The parts of a partition: its state, its inputs, and what works on them. */
export interface PartitionParts {
  readonly wakeSignal: WakeSignal
  readonly lifecycle: PartitionLifecycle
  readonly queue: DeliveryQueue
  readonly tasks: TaskQueue
  readonly timers: DueTimers
  readonly log: PartitionLog
  readonly state: PartitionCommitter
  readonly enqueueUnit: WorkerContext['enqueue']
  readonly worker: HandlerWorker
  readonly retries: RetryRunner
  readonly parkedActions: ParkedActions
  readonly incidents: IncidentLog
}

export const makePartitionParts = (options: PartitionOptions): PartitionParts => {
  const { definition, lease, store, logger, isLeaseValid } = options
  const { name: handler, generation, partition } = lease
  const wakeSignal = makeWakeSignal()
  const lifecycle = makePartitionLifecycle(logger, { handler, generation, partition })
  const queue = makeDeliveryQueue(!definition.laneIsStream)
  const tasks = makeTaskQueue(wakeSignal.notify)
  const { enqueue } = tasks
  const timers = makeDueTimers()
  const log = makePartitionLog(options)
  const incidents = makeIncidentLog(lease, logger)
  const state = makePartitionCommitter(options, lifecycle, log, incidents)
  const mayBegin = (): boolean => lifecycle.isRunning() && isLeaseValid()
  const enqueueUnit: WorkerContext['enqueue'] = (task) =>
    enqueue(async (current) => {
      const unit = await task()
      return E.isLeft(unit) ? unit : E.right(transitionBy(current, unit.right))
    })
  const worker: HandlerWorker = definition.makeWorker({
    partition: lease,
    store,
    signal: lifecycle.signal,
    draining: lifecycle.draining,
    mayBegin,
    markRetrying: lifecycle.markRetrying,
    enqueue: enqueueUnit,
    revision: () => state.current().lease.revision,
    isBlocked: (lane) => {
      const { blocked, retrying } = state.current()
      return isBlocked(blocked, lane) || retrying.has(lane)
    },
    hasBlocked: () => state.current().blocked.size > 0,
    clock: options.clock,
    logger,
    logRetry: incidents.retried,
    logSplit: incidents.split,
  })
  const retries = makeRetryRunner({
    policy: definition.policy,
    draining: lifecycle.draining,
    mayBegin,
    worker,
    enqueue,
  })
  const parkedActions = makeParkedActions(options, worker, {
    draining: lifecycle.draining,
    incidents,
    onReady: wakeSignal.notify,
  })
  const inputs = { queue, tasks, timers, parkedActions }
  return { ...inputs, wakeSignal, lifecycle, log, state, enqueueUnit, worker, retries, incidents }
}

const samePosition = (deliveries: ReadonlyArray<Delivery>): boolean =>
  deliveries.every(({ event }) => event.position === deliveries[0]?.event.position)

/** Reads what earlier owners have stored, and verifies that it fits the log; ends when it must not begin. */
const openPartition = async (
  { history, storedState }: PartitionOptions,
  { log, state, enqueueUnit, worker }: PartitionParts,
): Promise<E.Either<InvalidInput | StoreUnavailable, PartitionEnd | undefined>> => {
  const opening = state.current()
  const { position, partition } = opening.lease
  const found = await storedState.load(opening.lease, history)
  if (E.isLeft(found)) return found
  // The next check of the generations leaves this one, and says why.
  if (found.right.isOther) return E.right({ _tag: 'Lost' })
  const { stopped, own: isResumed, rewound } = stopState(found.right.stops, partition)
  if (stopped) return E.right({ _tag: 'StoppedElsewhere', rewound })
  const gaps = restoreGaps(found.right.gaps[0])
  if (E.isLeft(gaps)) return gaps
  const why = await log.open(found.right.rewound, placeOf(gaps.right))
  if (E.isLeft(why)) return why
  if (why.right !== undefined) return E.right({ _tag: 'StoppedHere', position, stop: { why: why.right } })
  state.open({ ...opening, blocked: blockedBy(found.right.parked), gaps: gaps.right })
  if (isResumed) enqueueUnit(async () => E.right({ ...emptyUnit, changes: [removeStop(partition)] }))
  worker.restore(found.right.commands)
  return E.right(undefined)
}

/** Commits an advance over what is no event for the partition, when nothing waits. */
const commitAdvance = async ({ state, queue, log }: PartitionParts): Promise<PartitionEnd | undefined> => {
  const current = state.current()
  const fedTo = log.place().position
  if (fedTo <= current.lease.position || queue.size() > 0) return undefined
  const takenTo = Math.max(current.takenTo, fedTo)
  return state.commit({ unit: emptyUnit, next: { ...current, takenTo } })
}

/** The only loop that changes the state of a partition: a unit of work, its commit, and the next. */
export const makePartitionLoop = (options: PartitionOptions, parts: PartitionParts) => {
  const { isLeaseValid, batchSize } = options
  const { policy } = options.definition
  const { wakeSignal, lifecycle, queue, tasks, log, state, worker, retries, incidents } = parts
  let busy = false
  const turns = takeTurns(parts)
  const fedTo = (): number => log.place().position
  const checkpoint = (): number => state.current().lease.position

  const runBatch = async (taken: ReadonlyArray<Delivery>): Promise<PartitionEnd | undefined> => {
    const batch = takeBatch(state.current(), taken)
    const answer =
      batch.run.length === 0
        ? E.right(emptyUnit)
        : await lifecycle.retryUntilDone('a batch of events', () => worker.handle(batch.run, firstAttempt))
    if (lifecycle.isLost()) {
      // The partition is lost, but the effects of these events are done.
      if (E.isRight(answer)) log.addHandled(batch.run)
      return { _tag: 'Lost' }
    }
    if (E.isLeft(answer)) return lifecycle.endFor(answer.left, checkpoint())
    // When nothing waits, everything that was fed is taken.
    const to = queue.size() === 0 ? fedTo() : (taken.at(-1)?.event.position ?? 0)
    const settled = settleBatch(state.current(), batch, answer.right, { to, batchSize })
    queue.requeue(settled.again)
    // Before the commit: when the commit finds that the log went back, the effects of these events are done.
    log.addHandled(settled.done)
    const onCommitRejected = (why: HandlerFailure): Transition => {
      if (samePosition(settled.done)) {
        return rejectBatch(state.current(), batch, settled, why, { policy, batchSize })
      }
      // The whole batch was rolled back: handle its events one by one, to find the failing one.
      incidents.split(settled.done, why)
      queue.requeueOneByOne(settled.done)
      return unchanged(state.current())
    }
    return state.commit({ ...settled, onCommitRejected })
  }

  const runTask = async (task: Task): Promise<PartitionEnd | undefined> => {
    const done = await lifecycle.retryUntilDone('a unit of work', () => task(state.current()))
    if (lifecycle.isLost()) return { _tag: 'Lost' }
    return E.isLeft(done) ? lifecycle.endFor(done.left, checkpoint()) : state.commit(done.right)
  }

  const commitIdle = (): Promise<PartitionEnd | undefined> => commitAdvance(parts)

  const step = async (): Promise<PartitionEnd | undefined> => {
    if (!isLeaseValid()) {
      await wakeSignal.wait()
      return undefined
    }
    const task = turns.next()
    if (task !== undefined) return runTask(task)
    if (queue.size() > 0 && !worker.full() && !isFull(state.current().retrying)) return runBatch(queue.take(batchSize))
    const unparking = turns.unparks()
    if (unparking !== undefined) return runTask(unparking)
    const wait = queue.size() > 0 ? undefined : state.nextIdleCommitIn(fedTo())
    if (wait === 0) return commitIdle()
    busy = false
    await wakeSignal.wait(wait)
    busy = true
    return undefined
  }

  /** Nothing is begun. Retries in flight are finished, like a batch in flight. */
  const drain = async (): Promise<PartitionEnd> => {
    await retries.close()
    if (lifecycle.isLost()) return { _tag: 'Lost' }
    while (state.current().retrying.size > 0) {
      const task = tasks.next()
      if (task === undefined) break
      const ended = await runTask(task)
      if (ended !== undefined) return ended
    }
    // Committing a known advance costs nothing.
    return (await commitIdle()) ?? { _tag: 'Drained' }
  }

  return {
    /** Whether a unit of work is in progress. */
    isBusy: (): boolean => busy,
    run: async (): Promise<PartitionEnd> => {
      busy = true
      const opened = await lifecycle.retryUntilDone('opening a partition', () => openPartition(options, parts))
      if (E.isLeft(opened)) return lifecycle.endFor(opened.left, checkpoint())
      if (opened.right !== undefined) return opened.right
      while (lifecycle.isRunning()) {
        const stepped = await step()
        if (stepped !== undefined) return stepped
        retries.start(state.current().retrying)
        worker.onLanesChanged()
        if (queue.size() === 0) state.skipTo(fedTo())
      }
      return drain()
    },
  }
}
