import type { HandlerDocument } from '@foldlog/core/store'
import type { Task } from './Transition.ts'

/** The tasks of a partition: results of commands, timers, retries, and requested actions. */
export interface TaskQueue {
  readonly enqueue: (task: Task) => void
  /** Queues a task for those of the documents for which none is queued already: a later poll still finds them due. */
  readonly enqueueFor: (
    documents: ReadonlyArray<HandlerDocument>,
    taskFor: (unqueued: ReadonlyArray<HandlerDocument>) => Task,
  ) => void
  readonly next: () => Task | undefined
}

const documentKey = ({ kind, key }: HandlerDocument): string => `${kind}\n${key}`

export const makeTaskQueue = (onEnqueued: () => void): TaskQueue => {
  const tasks: Array<Task> = []
  const queued = new Set<string>()

  const enqueue = (task: Task): void => {
    tasks.push(task)
    onEnqueued()
  }

  return {
    enqueue,
    enqueueFor: (documents, taskFor) => {
      const unqueued = documents.filter((document) => !queued.has(documentKey(document)))
      if (unqueued.length === 0) return
      for (const document of unqueued) queued.add(documentKey(document))
      const task = taskFor(unqueued)
      enqueue(async (state) => {
        const done = await task(state)
        for (const document of unqueued) queued.delete(documentKey(document))
        return done
      })
    },
    next: () => tasks.shift(),
  }
}
