import type { WakeSignal } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerWorker } from '../handlers/HandlerWorker.ts'
import type { AttemptNotes } from './AttemptNotes.ts'
import { timerInput } from './Attempts.ts'
import type { DeliveryQueue } from './DeliveryQueue.ts'
import type { DueTimers, FoundTimers } from './DueTimers.ts'
import { makeNotedTasks } from './NotedTasks.ts'
import type { ParkedActions } from './ParkedActions.ts'
import type { PartitionCommitter } from './PartitionCommitter.ts'
import type { TaskQueue } from './TaskQueue.ts'
import { type Task, transitionBy } from './Transition.ts'

interface Turns {
  readonly worker: HandlerWorker
  readonly queue: DeliveryQueue
  readonly tasks: TaskQueue
  readonly timers: DueTimers
  readonly state: PartitionCommitter
  readonly parkedActions: ParkedActions
  readonly notes: AttemptNotes
  readonly wakeSignal: WakeSignal
}

/** Parked events take turns with everything else. */
export const takeTurns = ({ worker, queue, tasks, timers, state, parkedActions, notes, wakeSignal }: Turns) => {
  let isParkedTurn = false
  const unparks = (): Task | undefined => (worker.full() ? undefined : parkedActions.next(state.current()))
  const firing = makeNotedTasks(notes, state.current, wakeSignal.notify)

  /** Timers up to the first suspect, or that one alone; the others are taken later. */
  const split = ({ timers: due, now }: FoundTimers): FoundTimers => {
    const at = due.findIndex((timer) => notes.endsOf(timerInput(timer)) !== undefined)
    const count = at < 0 ? due.length : Math.max(1, at)
    if (count < due.length) timers.add({ timers: due.slice(count), now })
    return { timers: due.slice(0, count), now }
  }

  const fires = (): Task | undefined => {
    const found = firing.waits() ? undefined : timers.take(queue.nextRecordedAt())
    if (found === undefined) return undefined
    const due = split(found)
    return () =>
      firing.run(
        due.timers.map(timerInput),
        async (current, { ends }) => {
          const failure = ends === undefined ? undefined : ({ _tag: 'ProcessEnded', times: ends } as const)
          const unit = await worker.fire(due.timers, due.now, failure)
          return E.isLeft(unit) ? unit : E.right(transitionBy(current, unit.right))
        },
        () => timers.add(due),
      )
  }

  return {
    unparks,
    next: (): Task | undefined => {
      const unparking = isParkedTurn ? unparks() : undefined
      isParkedTurn = unparking === undefined
      return unparking ?? tasks.next() ?? fires()
    },
  }
}
