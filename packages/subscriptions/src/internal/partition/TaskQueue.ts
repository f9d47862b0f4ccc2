import type { HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerWorker, UnitResult, WorkerContext } from '../handlers/HandlerWorker.ts'
import type { BlockedLanes } from './BlockedLanes.ts'
import type { Checkpoint } from './Checkpoint.ts'
import type { PartitionEnd } from './PartitionEnd.ts'
import type { PartitionLifecycle } from './PartitionLifecycle.ts'

/**
 * The units of work of a partition that are no batches of events: results of commands, timers, and requested actions.
 */
export interface TaskQueue {
  readonly enqueue: WorkerContext['enqueue']
  /** Queues units of work for documents that are due. */
  readonly enqueueDue: (
    documents: ReadonlyArray<HandlerDocument>,
    worker: HandlerWorker,
    blockedLanes: BlockedLanes,
  ) => void
  readonly hasTasks: () => boolean
  readonly runNext: (lifecycle: PartitionLifecycle, checkpoint: Checkpoint) => Promise<PartitionEnd | undefined>
}

const documentKey = ({ kind, key }: HandlerDocument): string => `${kind}\n${key}`

export const makeTaskQueue = (onEnqueued: () => void): TaskQueue => {
  const tasks: Array<() => Promise<UnitResult>> = []
  /** Documents whose unit of work is queued already: a later poll still finds them due. */
  const queued = new Set<string>()

  const enqueue: WorkerContext['enqueue'] = (task) => {
    tasks.push(task)
    onEnqueued()
  }

  const enqueueOnce = (documents: ReadonlyArray<HandlerDocument>, task: () => Promise<UnitResult>): void =>
    enqueue(async () => {
      const done = await task()
      for (const document of documents) queued.delete(documentKey(document))
      return done
    })

  return {
    enqueue,
    enqueueDue: (documents, worker, blockedLanes) => {
      const unqueued = documents.filter((document) => !queued.has(documentKey(document)))
      for (const document of unqueued) queued.add(documentKey(document))
      const timers = unqueued.filter(({ kind }) => kind === 'timer')
      if (timers.length > 0) enqueueOnce(timers, () => worker.fire(timers))
      for (const document of unqueued)
        if (document.kind === 'parked')
          enqueueOnce([document], () => blockedLanes.applyRequestedAction(document, worker))
    },
    hasTasks: () => tasks.length > 0,
    runNext: async (lifecycle, checkpoint) => {
      const task = tasks.shift()
      if (task === undefined) return undefined
      const done = await lifecycle.retryUntilDone('a unit of work', task)
      if (lifecycle.isLost()) return { _tag: 'Lost' }
      const { position } = checkpoint.lease()
      const to = checkpoint.takenTo()
      if (E.isLeft(done)) return lifecycle.endFor(done.left, position)
      const { onCommitRejected } = done.right
      const failed = await checkpoint.commit(done.right, to)
      if (failed?._tag !== 'CommitRejected') return failed
      const other = onCommitRejected?.(failed.why)
      return other === undefined
        ? { _tag: 'StoppedHere', position, stop: { why: failed.why } }
        : checkpoint.commitOrStop(other, to)
    },
  }
}
