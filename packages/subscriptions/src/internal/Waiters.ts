import type { HandlerStore, InvalidInput, Logger, StoreUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlersLate } from '../HandlerRuntimeError.ts'
import { ask } from './asking.ts'
import type { Groups } from './Groups.ts'

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

const soonest = 10
const latest = 250

export const makeWaiters = ({ store, groups, logger }: WaitersOptions): Waiters => {
  const waiters = new Set<Waiter>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let pause = soonest
  let checking = false

  const reach = (positionOf: (name: string) => number | undefined): void => {
    for (const waiter of waiters) {
      for (const name of waiter.names) if ((positionOf(name) ?? -1) >= waiter.position) waiter.names.delete(name)
      if (waiter.names.size === 0) waiter.settle(E.right(undefined))
    }
  }

  const progressed = (): void => {
    if (waiters.size > 0) reach((name) => groups().serving(name)?.doneTo())
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
      () =>
        new Promise((resolve) => {
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
            timeout,
          )
          waiters.add(waiter)
          pause = soonest
          progressed()
          schedule()
        }),
    stop: () => {
      for (const waiter of waiters) {
        waiter.settle(
          E.left({ _tag: 'HandlersLate', position: waiter.position, late: [...waiter.names], milliseconds: 0 }),
        )
      }
    },
  }
}
