import type { Task } from './Transition.ts'

/** The tasks of a partition: results of commands, rejections, and retries. */
export interface TaskQueue {
  readonly enqueue: (task: Task) => void
  readonly next: () => Task | undefined
}

export const makeTaskQueue = (onEnqueued: () => void): TaskQueue => {
  const tasks: Array<Task> = []

  return {
    enqueue: (task) => {
      tasks.push(task)
      onEnqueued()
    },
    next: () => tasks.shift(),
  }
}
