import type { HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { emptyUnit, type HandlerWorker, type UnitOfWork } from './HandlerWorker.ts'
import { type InputContext, recheckAfter } from './InputContext.ts'
import type { ParkInput } from './ParkedInput.ts'
import { changeDocuments, type ProcessChanges, type ProcessStep, processChanges } from './ProcessChanges.ts'
import type { ProcessInstance, ProcessTimer } from './ProcessInstance.ts'
import { removeTimer, storeTimer, timerCauseId } from './processReactions.ts'
import { TimerAction } from './TimerAction.ts'
import { TimerData } from './TimerData.ts'

const timersOf = (documents: ReadonlyArray<HandlerDocument>) =>
  documents.flatMap((document) => {
    const { data, due } = document
    const timer = TimerData.decode(data)
    return E.isRight(timer) && due !== null ? [{ ...timer.right, due, document }] : []
  })

export const timerStep = (timer: string, set: ProcessTimer): ProcessStep => ({
  input: { _tag: 'TimerFired', timer, dueAt: new Date(set.at) },
  cause: { id: timerCauseId(timer, set), correlationId: undefined },
})

interface DueTimer {
  readonly process: string
  readonly timer: string
  /** In milliseconds since 1970. */
  readonly dueAt: number
}

const parkRequest = ({ process, timer, dueAt }: DueTimer, why: HandlerFailure): ParkInput => ({
  lane: process,
  input: { _tag: 'timer', timer, dueAt },
  why,
})

const parkAll = (timers: ReadonlyArray<DueTimer>, why: HandlerFailure): UnitOfWork => ({
  ...emptyUnit,
  changes: timers.map(({ process, timer }) => removeTimer(process, timer)),
  parkedInputs: timers.map((timer) => parkRequest(timer, why)),
})

/** Fires the timers that are due, lets those wait that must, and parks those that fail. */
export const fireTimers = ({
  context,
  load,
  apply,
  unitOf,
  storeProcess,
  waiting,
  laneBefore,
}: InputContext): HandlerWorker['fire'] => {
  const { clock, enqueue } = context

  /** Changes when a timer of a process is due. Returns whether it could: the state may be one that cannot be stored. */
  const move = (changes: ProcessChanges, key: string, before: ProcessInstance, timer: string, at: number) => {
    const timers = new Map(before.timers).set(timer, { at, setting: before.timers.get(timer)?.setting })
    const stored = storeProcess(key, { ...before, timers })
    if (E.isLeft(stored)) return false
    changes.processes.set(key, stored.right.process)
    changeDocuments(changes, [stored.right.change, storeTimer(key, timer, new Date(at))])
    return true
  }

  const fire: HandlerWorker['fire'] = async (documents, now, failure) => {
    const timers = timersOf(documents)
    const stored = await load(timers.map(({ process }) => process))
    if (E.isLeft(stored)) return stored
    const changes = processChanges()
    const fired: Array<DueTimer> = []
    const parkedInputs: Array<ParkInput> = []
    for (const { process: key, timer, due, document } of timers) {
      const changed = changes.processes.get(key)
      const process = changed === undefined ? stored.right(key) : E.right(changed)
      const set = E.isRight(process) ? process.right.timers.get(timer) : undefined
      // The timer was cancelled meanwhile, or the process has ended.
      if (E.isRight(process) && set === undefined) changeDocuments(changes, [removeTimer(key, timer)])
      // A timer that an operator has moved is found again when it is due, also when it is due at once.
      const at = TimerAction.timeOf(document.requestedAction, now)
      if (E.isRight(process) && set && at !== undefined && move(changes, key, process.right, timer, at)) continue
      // The timer was moved meanwhile, and will be found again.
      if (E.isRight(process) && (set === undefined || set.at > due.getTime())) continue
      const before = await laneBefore(key, process)
      if (E.isLeft(before)) return before
      const lane = before.right ?? parkedInputs.find((one) => one.lane === key)?.lane
      if (lane !== undefined) {
        waiting.add(lane, `timer\n${key}\n${timer}`, () => enqueue(() => fire([document], clock())))
        changeDocuments(changes, [storeTimer(key, timer, new Date(now + recheckAfter))])
        continue
      }
      const done = E.isLeft(process)
        ? process
        : set === undefined
          ? E.right(undefined)
          : failure !== undefined
            ? E.left(failure)
            : apply(changes, key, process.right, timerStep(timer, set))
      const dueTimer = { process: key, timer, dueAt: set?.at ?? due.getTime() }
      if (E.isRight(done)) {
        fired.push(dueTimer)
        continue
      }
      changeDocuments(changes, [removeTimer(key, timer)])
      parkedInputs.push(parkRequest(dueTimer, done.left))
    }
    const onRejected = (why: HandlerFailure): UnitOfWork => {
      if (timers.length === 1) return parkAll(fired, why)
      // One of several timers has failed, or all of them together are too much: each is fired alone.
      for (const { document } of timers) enqueue(() => fire([document], now))
      return emptyUnit
    }
    return E.right({ ...unitOf(changes), parkedInputs, ...(fired.length > 0 && { onRejected }) })
  }

  return fire
}
