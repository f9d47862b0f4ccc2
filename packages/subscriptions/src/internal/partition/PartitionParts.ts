import { makeWakeSignal, type WakeSignal } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerWorker, WorkerContext } from '../handlers/HandlerWorker.ts'
import { makePartitionLog, type PartitionLog } from '../history/PartitionLog.ts'
import { type AttemptNotes, makeAttemptNotes } from './AttemptNotes.ts'
import { isBlocked } from './BlockedLanes.ts'
import { type DeliveryQueue, makeDeliveryQueue } from './DeliveryQueue.ts'
import { type DueTimers, makeDueTimers } from './DueTimers.ts'
import { type IncidentLog, makeIncidentLog } from './IncidentLog.ts'
import { makeParkedActions, type ParkedActions } from './ParkedActions.ts'
import { makePartitionCommitter, type PartitionCommitter } from './PartitionCommitter.ts'
import { makePartitionLifecycle, type PartitionLifecycle } from './PartitionLifecycle.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import { makeRetryRunner, type RetryRunner } from './RetryRunner.ts'
import { makeTaskQueue, type TaskQueue } from './TaskQueue.ts'
import { transitionBy } from './Transition.ts'

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
  readonly notes: AttemptNotes
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
  const notes = makeAttemptNotes(options, state)
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
    notes,
    enqueue,
  })
  const parkedActions = makeParkedActions(options, worker, {
    draining: lifecycle.draining,
    incidents,
    notes,
    current: state.current,
    onReady: wakeSignal.notify,
  })
  const inputs = { queue, tasks, timers, parkedActions }
  return { ...inputs, wakeSignal, lifecycle, log, state, enqueueUnit, worker, retries, incidents, notes }
}
