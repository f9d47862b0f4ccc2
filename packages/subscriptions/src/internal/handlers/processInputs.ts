import { either as E } from 'fp-ts'
import { emptyUnit, type HandlerWorker } from './HandlerWorker.ts'
import { makeInputContext, type ProcessAccess } from './InputContext.ts'
import { processChanges } from './ProcessChanges.ts'
import { isOfEarlier, logEnded, type Reject, rejectCommands, rejectionStep } from './processRejections.ts'
import { fireTimers, timerStep } from './processTimers.ts'

// The inputs of processes that are not events: timers, and rejections of commands.
//
// An input waits behind the parked events of its process: one of them may cancel the timer, or end the process. An
// event that cannot be decoded may be for any process that gets events of several streams, so all of these wait for it.
// A waiting timer stays in the store, and is checked again later. The command of a waiting rejection stays in the
// store, too: the next owner of the partition sends it again, and gets the same answer.
//
// An input that fails is parked in the lane of its process. Only that process waits; the others go on.

export interface ProcessInputs extends Pick<HandlerWorker, 'fire' | 'retryInput' | 'onLanesChanged'> {
  readonly reject: Reject
}

export const makeProcessInputs = (access: ProcessAccess): ProcessInputs => {
  const inputs = makeInputContext(access)
  const { context, commands, load, apply, unitOf, waiting } = inputs

  const retryInput: ProcessInputs['retryInput'] = async (key, input) => {
    const stored = await load([key])
    if (E.isLeft(stored)) return stored
    const before = stored.right(key)
    if (E.isLeft(before)) return E.right(before)
    const changes = processChanges()
    const set = input._tag === 'timer' ? before.right.timers.get(input.timer) : undefined
    // As in `fireTimers`: a timer that has waited behind a parked event was looked at later than it was due.
    const isOver = set === undefined || (input._tag === 'timer' && set.at > input.dueAt)
    if (input._tag === 'timer' ? isOver : isOfEarlier(input.command, before.right)) {
      if (input._tag === 'rejection') logEnded(context, input.command, input.error)
      return E.right(E.right(emptyUnit))
    }
    const step =
      input._tag === 'rejection'
        ? rejectionStep(commands, input.command, input.error)
        : E.right(timerStep(input.timer, set ?? { at: input.dueAt, setting: undefined }))
    const done = E.isLeft(step) ? step : apply(changes, key, before.right, step.right)
    return E.right(E.isLeft(done) ? done : E.right(unitOf(changes)))
  }

  return {
    fire: fireTimers(inputs),
    reject: rejectCommands(inputs),
    retryInput,
    onLanesChanged: () => waiting.releaseUnless(context.isBlocked),
  }
}
