import {
  describeUnknown,
  HandlerInput,
  type HandlerStore,
  type InvalidInput,
  type Logger,
  refuse,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlersLate } from '../HandlerRuntimeError.ts'
import { ask } from './asking.ts'
import type { Groups } from './Groups.ts'
import { timerMs } from './sleep.ts'

type Late = HandlersLate | InvalidInput | StoreUnavailable

/** Those who wait for handlers. However many they are, the checkpoints of other processes are read once for all of them, and only while somebody waits. */
export interface Waiters {
  readonly waitFor: (names: ReadonlyArray<string>, position: number, timeout?: number) => TE.TaskEither<Late, void>
  readonly progressed: () => void
  readonly stop: () => void
}

export interface WaitersOptions {
  readonly store: Pick<HandlerStore, 'checkpoints'>
  readonly groups: () => Groups
  readonly logger: Logger
}

interface Waiter {
  readonly names: Set<string>
  readonly position: number
  readonly settle: (outcome: E.Either<Late, void>) => void
}

const checkWait = (names: ReadonlyArray<string>, position: number, timeout: number): E.Either<InvalidInput, void> => {
  for (const name of names) {
    const checked = HandlerInput.ref({ name, generation: 1 })
    if (E.isLeft(checked)) return checked
  }
  if (!Number.isSafeInteger(position) || position < 0) return refuse('position', 'must be a position in the log')
  return timeout >= 0 ? E.right(undefined) : refuse('timeout', 'must be milliseconds, 0 or more')
}

const soonest = 10
const latest = 250

export const makeWaiters = ({ store, groups, logger }: WaitersOptions): Waiters => {
  const waiters = new Set<Waiter>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let pause = soonest
  let checking = false
  let stopped = false

  const reach = (positionOf: (name: string) => number | undefined): void => {
    for (const waiter of waiters) {
      for (const name of waiter.names) if ((positionOf(name) ?? -1) >= waiter.position) waiter.names.delete(name)
      if (waiter.names.size === 0) waiter.settle(E.right(undefined))
    }
  }

  /** Called after a commit: what breaks here must not stop the partition. What is not known here the store tells a little later. */
  const doneHere = (name: string): number | undefined => {
    try {
      return groups().serving(name)?.doneTo()
    } catch (why) {
      logger.error('how far a handler is cannot be told', { name, why: describeUnknown(why) })
      return undefined
    }
  }

  const progressed = (): void => {
    if (waiters.size > 0) reach(doneHere)
  }

  const poll = async (): Promise<void> => {
    timer = undefined
    if (checking) return
    checking = true
    progressed()
    const names = [...new Set([...waiters].flatMap((waiter) => [...waiter.names]))]
    if (names.length > 0) {
      const found = await ask(store.checkpoints(names))
      if (E.isRight(found)) reach((name) => found.right[name])
      else logger.warn('checkpoints cannot be read', { why: found.left })
    }
    checking = false
    pause = Math.min(latest, pause * 1.5)
    schedule()
  }

  /** Nobody here will see them advance any more. */
  const endNow = ({ names, position, settle }: Waiter): void =>
    settle(E.left({ _tag: 'HandlersLate', position, late: [...names], milliseconds: 0 }))

  const schedule = () => {
    if (waiters.size === 0) {
      clearTimeout(timer)
      timer = undefined
      pause = soonest
    } else timer ??= setTimeout(() => void poll(), pause)
  }

  return {
    progressed,
    waitFor:
      (names, position, timeout = 10_000) =>
      async () => {
        const checked = checkWait(names, position, timeout)
        if (E.isLeft(checked)) return checked
        return new Promise((resolve) => {
          const waiter: Waiter = {
            names: new Set(names),
            position,
            settle: (outcome) => {
              clearTimeout(late)
              waiters.delete(waiter)
              resolve(outcome)
              schedule()
            },
          }
          const late = setTimeout(
            () =>
              waiter.settle(E.left({ _tag: 'HandlersLate', position, late: [...waiter.names], milliseconds: timeout })),
            timerMs(timeout),
          )
          waiters.add(waiter)
          pause = soonest
          progressed()
          if (names.length === 0) waiter.settle(E.right(undefined))
          else if (stopped) endNow(waiter)
          schedule()
        })
      },
    stop: () => {
      stopped = true
      for (const waiter of waiters) endNow(waiter)
    },
  }
}
