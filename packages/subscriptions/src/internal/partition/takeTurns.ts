import { either as E } from 'fp-ts'
import type { HandlerWorker } from '../handlers/HandlerWorker.ts'
import type { DeliveryQueue } from './DeliveryQueue.ts'
import type { DueTimers } from './DueTimers.ts'
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
}

/** Parked events take turns with everything else. */
export const takeTurns = ({ worker, queue, tasks, timers, state, parkedActions }: Turns) => {
  let isParkedTurn = false
  const unparks = (): Task | undefined => (worker.full() ? undefined : parkedActions.next(state.current()))
  const fires = (): Task | undefined => {
    const due = timers.take(queue.nextRecordedAt())
    if (due === undefined) return undefined
    return async (current) => {
      const unit = await worker.fire(due.timers, due.now)
      return E.isLeft(unit) ? unit : E.right(transitionBy(current, unit.right))
    }
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
