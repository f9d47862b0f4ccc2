import {
  describeUnknown,
  type EventId,
  HandlerInput,
  type HandlerStore,
  type HistoryId,
  type InvalidInput,
  type Logger,
  LogPlace,
  type LogRewound,
  type LogTail,
  refuse,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlersLate } from '../HandlerRuntimeError.ts'
import { ask } from './asking.ts'
import type { Groups } from './Groups.ts'
import { timerMs } from './sleep.ts'

type Late = HandlersLate | InvalidInput | LogRewound | StoreUnavailable

/** Those who wait for handlers. However many they are, the checkpoints of other processes are read once for all of them, and only while somebody waits. */
export interface Waiters {
  readonly waitFor: (
    names: ReadonlyArray<string>,
    place: number | LogPlace,
    timeout?: number,
  ) => TE.TaskEither<Late, void>
  readonly progressed: () => void
  readonly stop: () => void
}

export interface WaitersOptions {
  readonly store: Pick<HandlerStore, 'checkpoints'> & Pick<LogTail, 'verify'>
  readonly groups: () => Groups
  readonly logger: Logger
}

interface Waiter {
  readonly names: Set<string>
  readonly position: number
  /** The history in which the position is known to be a place; absent when only the number counts. */
  history: HistoryId | undefined
  readonly id: EventId | undefined
  readonly settle: (outcome: E.Either<Late, void>) => void
}

const checkWait = (
  names: ReadonlyArray<string>,
  place: number | LogPlace,
  timeout: number,
): E.Either<InvalidInput, void> => {
  for (const name of names) {
    const checked = HandlerInput.ref({ name, generation: 1 })
    if (E.isLeft(checked)) return checked
  }
  if (typeof place !== 'number') {
    const checked = LogPlace.check(place)
    if (E.isLeft(checked)) return checked
  } else if (!Number.isSafeInteger(place) || place < 0) return refuse('position', 'must be a position in the log')
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

  const reach = (placeOf: (name: string) => LogPlace | undefined): void => {
    for (const waiter of waiters) {
      for (const name of waiter.names) {
        const place = placeOf(name)
        if (place === undefined || place.position < waiter.position) continue
        // A position of another history is another place; `settleHistories` finds out whether both histories share it.
        if (waiter.history === undefined || waiter.history === place.history) waiter.names.delete(name)
      }
      if (waiter.names.size === 0) waiter.settle(E.right(undefined))
    }
  }

  /**
   * Called after a commit: a throw here must not stop the partition. The store answers a little later what is not known
   * here.
   */
  const doneHere = (name: string): LogPlace | undefined => {
    try {
      return groups().serving(name)?.doneTo()
    } catch (why) {
      logger.error('the position of a handler cannot be reported', { name, why: describeUnknown(why) })
      return undefined
    }
  }

  const progressed = (): void => {
    if (waiters.size > 0) reach(doneHere)
  }

  /**
   * Waiters for a place of another history go on to wait for the same place of this one, when the log has it; otherwise
   * their wait ends.
   */
  const settleHistories = async (current: HistoryId): Promise<void> => {
    for (const waiter of waiters) {
      const { position, history, id } = waiter
      if (history === undefined || history === current) continue
      const verified = await ask(store.verify({ position, history, ...(id === undefined ? undefined : { id }) }))
      if (E.isRight(verified)) waiter.history = current
      else if (verified.left._tag === 'LogRewound') waiter.settle(verified)
    }
  }

  const poll = async (): Promise<void> => {
    timer = undefined
    if (checking) return
    checking = true
    progressed()
    const names = [...new Set([...waiters].flatMap((waiter) => [...waiter.names]))]
    if (names.length > 0) {
      const found = await ask(store.checkpoints(names))
      if (E.isRight(found)) {
        const { history, positions } = found.right
        await settleHistories(history)
        reach((name) => {
          const position = positions[name]
          return position === undefined ? undefined : { position, history }
        })
      } else logger.warn('checkpoints cannot be read', { why: found.left })
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
      (names, place, timeout = 10_000) =>
      async () => {
        const checked = checkWait(names, place, timeout)
        if (E.isLeft(checked)) return checked
        const { position, history, id } =
          typeof place === 'number'
            ? { position: place, history: undefined, id: undefined }
            : { id: undefined, ...place }
        return new Promise((resolve) => {
          const waiter: Waiter = {
            names: new Set(names),
            position,
            history,
            id,
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
