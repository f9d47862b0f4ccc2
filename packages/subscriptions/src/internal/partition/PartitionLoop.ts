import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { emptyUnit, firstAttempt, type UnitResult } from '../handlers/HandlerWorker.ts'
import { type Attempt, giveUp } from './AttemptNotes.ts'
import { restoreAttempts } from './Attempts.ts'
import { placeOf, restoreGaps } from './CheckpointGaps.ts'
import type { PartitionEnd } from './PartitionEnd.ts'
import type { PartitionOptions } from './PartitionOptions.ts'
import type { PartitionParts } from './PartitionParts.ts'
import { isFull } from './RetryingLanes.ts'
import { removeStop, stopState } from './StopDocument.ts'
import { type Task, type Transition, unchanged } from './Transition.ts'
import { takeTurns } from './takeTurns.ts'
import { type Batch, rejectBatch, settleBatch, takeBatch } from './transitions.ts'

// The only loop of a partition: it takes deliveries and tasks, has them handled, and commits, until the partition ends.

const samePosition = (deliveries: ReadonlyArray<Delivery>): boolean =>
  deliveries.every(({ event }) => event.position === deliveries[0]?.event.position)

/** Reads what earlier owners have stored, and verifies that it fits the log; ends when it must not begin. */
const openPartition = async (
  { history, storedState }: PartitionOptions,
  { log, state, enqueueUnit, worker, notes }: PartitionParts,
): Promise<E.Either<InvalidInput | StoreUnavailable, PartitionEnd | undefined>> => {
  const opening = state.current()
  const { position, partition, released } = opening.lease
  const found = await storedState.load(opening.lease, history)
  if (E.isLeft(found)) return found
  // The next check of the generations leaves this one, and says why.
  if (found.right.isOther) return E.right({ _tag: 'Lost' })
  const { stopped, own: isResumed, rewound } = stopState(found.right.stops, partition)
  if (stopped) return E.right({ _tag: 'StoppedElsewhere', rewound })
  const gaps = restoreGaps(found.right.gaps[0])
  if (E.isLeft(gaps)) return gaps
  const attempts = restoreAttempts(found.right.attempts[0], released)
  if (E.isLeft(attempts)) return attempts
  const why = await log.open(found.right.rewound, placeOf(gaps.right))
  if (E.isLeft(why)) return why
  if (why.right !== undefined) return E.right({ _tag: 'StoppedHere', position, stop: { why: why.right } })
  state.open({ ...opening, blocked: found.right.blocked, gaps: gaps.right, attempts: attempts.right })
  notes.onOpened(attempts.right)
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

/** Handles the deliveries of a batch, or gives them up because they have ended processes. */
const handleBatch = async (
  { lifecycle, worker }: PartitionParts,
  policy: FailurePolicy,
  run: Batch['run'],
  { ends }: Attempt,
): Promise<UnitResult> => {
  if (run.length === 0) return E.right(emptyUnit)
  if (ends !== undefined) return E.right(giveUp(policy, run, ends))
  return lifecycle.retryUntilDone('a batch of events', () => worker.handle(run, firstAttempt))
}

/** Nothing is begun. Retries in flight are finished, like a batch in flight. */
const drain = async (
  parts: PartitionParts,
  runTask: (task: Task) => Promise<PartitionEnd | undefined>,
): Promise<PartitionEnd> => {
  const { retries, lifecycle, state, tasks } = parts
  await retries.close()
  if (lifecycle.isLost()) return { _tag: 'Lost' }
  while (state.current().retrying.size > 0) {
    const task = tasks.next()
    if (task === undefined) break
    const ended = await runTask(task)
    if (ended !== undefined) return ended
  }
  // Committing a known advance costs nothing.
  return (await commitAdvance(parts)) ?? { _tag: 'Drained' }
}

/** The only loop that changes the state of a partition: a unit of work, its commit, and the next. */
export const makePartitionLoop = (options: PartitionOptions, parts: PartitionParts) => {
  const { isLeaseValid, batchSize } = options
  const { policy } = options.definition
  const { wakeSignal, lifecycle, queue, log, state, worker, retries, incidents, notes } = parts
  let busy = false
  const turns = takeTurns(parts)
  const fedTo = (): number => log.place().position
  const checkpoint = (): number => state.current().lease.position

  const runBatch = async (batch: Batch, attempt: Attempt): Promise<PartitionEnd | undefined> => {
    const { taken } = batch
    const answer = await handleBatch(parts, policy, batch.run, attempt)
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
    return state.commit(notes.end(attempt, { ...settled, onCommitRejected }))
  }

  /** Handles the head of the queue; `waits` when it is a suspect, and another partition handles one. */
  const runNext = async (): Promise<PartitionEnd | 'waits' | undefined> => {
    const batch = takeBatch(state.current(), queue.take(batchSize, notes.isAlone))
    const attempt = notes.ofEvents(batch.run, wakeSignal.notify)
    if (attempt === 'waits') {
      queue.requeue(batch.taken)
      return 'waits'
    }
    notes.onTaken(batch.taken)
    const ended = (await notes.begin(attempt)) ? await runBatch(batch, attempt) : notes.ended()
    attempt.release()
    return ended
  }

  const runTask = async (task: Task): Promise<PartitionEnd | undefined> => {
    const done = await lifecycle.retryUntilDone('a unit of work', () => task(state.current()))
    if (lifecycle.isLost()) return { _tag: 'Lost' }
    if (E.isLeft(done)) return lifecycle.endFor(done.left, checkpoint())
    return notes.ended() ?? state.commit(done.right)
  }

  const step = async (): Promise<PartitionEnd | undefined> => {
    if (!isLeaseValid()) {
      await wakeSignal.wait()
      return undefined
    }
    const task = turns.next()
    if (task !== undefined) return runTask(task)
    if (queue.size() > 0 && !worker.full() && !isFull(state.current().retrying)) {
      const ended = await runNext()
      if (ended !== 'waits') return ended
    }
    const unparking = turns.unparks()
    if (unparking !== undefined) return runTask(unparking)
    const wait = queue.size() > 0 ? undefined : state.nextIdleCommitIn(fedTo())
    if (wait === 0) return commitAdvance(parts)
    busy = false
    await wakeSignal.wait(wait)
    busy = true
    return undefined
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
      return drain(parts, runTask)
    },
  }
}
