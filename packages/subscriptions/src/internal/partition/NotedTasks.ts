import { either as E } from 'fp-ts'
import type { Attempt, AttemptNotes } from './AttemptNotes.ts'
import type { PartitionState } from './PartitionState.ts'
import { type Task, unchanged } from './Transition.ts'

// Attempts in the loop of a partition that are no batches of events: retries of parked events, and timers.

/** One kind of inputs, whose attempts are noted before they begin. */
export interface NotedTasks {
  /** Whether another partition handles a suspect, so that none of these attempts may begin. */
  readonly waits: () => boolean
  /**
   * Notes an attempt at inputs, then does the work; calls `onWait` when it must wait. When the note ends the partition,
   * the loop ends before it looks at the result.
   */
  readonly run: (
    inputs: ReadonlyArray<string>,
    work: (state: PartitionState, attempt: Attempt) => ReturnType<Task>,
    onWait?: () => void,
  ) => ReturnType<Task>
}

/** `current` is the state of the partition, which a note changes. `onReady` is called when attempts may begin again. */
export const makeNotedTasks = (notes: AttemptNotes, current: () => PartitionState, onReady: () => void): NotedTasks => {
  let waits = false
  const onFree = (): void => {
    waits = false
    onReady()
  }

  return {
    waits: () => waits,
    run: async (inputs, work, onWait) => {
      const attempt = notes.ofInputs(inputs, onFree)
      if (attempt === 'waits') {
        waits = true
        onWait?.()
        return E.right(unchanged(current()))
      }
      const done = (await notes.begin(attempt)) ? await work(current(), attempt) : E.right(unchanged(current()))
      if (E.isRight(done)) {
        return E.right(notes.end(attempt, done.right, ({ retries = [] }) => retries.length === 0))
      }
      // It may be begun again.
      attempt.release()
      return done
    },
  }
}
