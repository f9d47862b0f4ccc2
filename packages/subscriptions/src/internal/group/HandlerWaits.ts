import {
  describeUnknown,
  type EventId,
  type HandlerStore,
  type HistoryId,
  type InvalidInput,
  type Logger,
  LogPosition,
  type LogRewound,
  type LogTail,
  type StoreUnavailable,
} from '@foldlog/core'
import { HandlerStoreInput, rejectInput } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { HandlersTimedOut } from '../../HandlerRuntimeError.ts'
import { runSafely } from '../async/runSafely.ts'
import { clampTimeout } from '../async/timers.ts'
import type { ConsumerGroups } from './ConsumerGroups.ts'

type WaitError = HandlersTimedOut | InvalidInput | LogRewound | StoreUnavailable

/**
 * Callers that wait for handlers. The checkpoints of other processes are read once for all of them, and only while a
 * caller waits.
 */
export interface HandlerWaits {
  readonly waitFor: (
    names: ReadonlyArray<string>,
    place: number | LogPosition,
    timeout?: number,
  ) => TE.TaskEither<WaitError, void>
  readonly onProgress: () => void
  readonly stop: () => void
}

export interface HandlerWaitsOptions {
  readonly store: Pick<HandlerStore, 'checkpoints'> & Pick<LogTail, 'verify'>
  readonly groups: () => ConsumerGroups
  readonly logger: Logger
}

interface HandlerWait {
  readonly names: Set<string>
  readonly position: number
  /** The history to which the position is verified to belong; absent when only the number counts. */
  history: HistoryId | undefined
  readonly id: EventId | undefined
  readonly settle: (outcome: E.Either<WaitError, void>) => void
}

const checkWait = (
  names: ReadonlyArray<string>,
  place: number | LogPosition,
  timeout: number,
): E.Either<InvalidInput, void> => {
  for (const name of names) {
    const checked = HandlerStoreInput.ref({ name, generation: 1 })
    if (E.isLeft(checked)) return checked
  }
  if (typeof place !== 'number') {
    const checked = LogPosition.check(place)
    if (E.isLeft(checked)) return checked
  } else if (!Number.isSafeInteger(place) || place < 0) return rejectInput('position', 'must be a position in the log')
  return timeout >= 0 ? E.right(undefined) : rejectInput('timeout', 'must be milliseconds, 0 or more')
}

const minInterval = 10
const maxInterval = 250

export const makeHandlerWaits = ({ store, groups, logger }: HandlerWaitsOptions): HandlerWaits => {
  const waits = new Set<HandlerWait>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let interval = minInterval
  let checking = false
  let stopped = false

  const settleReached = (placeOf: (name: string) => LogPosition | undefined): void => {
    for (const wait of waits) {
      for (const name of wait.names) {
        const place = placeOf(name)
        if (place === undefined || place.position < wait.position) continue
        // A position of another history is another place; `settleHistories` finds out whether both histories share it.
        if (wait.history === undefined || wait.history === place.history) wait.names.delete(name)
      }
      if (wait.names.size === 0) wait.settle(E.right(undefined))
    }
  }

  /**
   * Called after a commit: a throw here must not stop the partition. A later poll of the store answers what is not
   * known here.
   */
  const doneHere = (name: string): LogPosition | undefined => {
    try {
      return groups().serving(name)?.committedTo()
    } catch (why) {
      logger.error('the position of a handler cannot be reported', { name, why: describeUnknown(why) })
      return undefined
    }
  }

  const onProgress = (): void => {
    if (waits.size > 0) settleReached(doneHere)
  }

  /** Moves waits for a place of another history to this history, when the log has the place; otherwise ends them. */
  const settleHistories = async (current: HistoryId): Promise<void> => {
    for (const wait of waits) {
      const { position, history, id } = wait
      if (history === undefined || history === current) continue
      const verified = await runSafely(store.verify({ position, history, ...(id === undefined ? undefined : { id }) }))
      if (E.isRight(verified)) wait.history = current
      else if (verified.left._tag === 'LogRewound') wait.settle(verified)
    }
  }

  const poll = async (): Promise<void> => {
    timer = undefined
    if (checking) return
    checking = true
    onProgress()
    const names = [...new Set([...waits].flatMap((wait) => [...wait.names]))]
    if (names.length > 0) {
      const found = await runSafely(store.checkpoints(names))
      if (E.isRight(found)) {
        const { history, positions } = found.right
        await settleHistories(history)
        settleReached((name) => {
          const position = positions[name]
          return position === undefined ? undefined : { position, history }
        })
      } else logger.warn('checkpoints cannot be read', { why: found.left })
    }
    checking = false
    interval = Math.min(maxInterval, interval * 1.5)
    schedule()
  }

  /** Ends a wait, because this runtime is stopped and sees no more progress. */
  const expire = ({ names, position, settle }: HandlerWait): void =>
    settle(E.left({ _tag: 'HandlersTimedOut', position, late: [...names], milliseconds: 0 }))

  const schedule = () => {
    if (waits.size === 0) {
      clearTimeout(timer)
      timer = undefined
      interval = minInterval
    } else timer ??= setTimeout(() => void poll(), interval)
  }

  return {
    onProgress,
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
          const wait: HandlerWait = {
            names: new Set(names),
            position,
            history,
            id,
            settle: (outcome) => {
              clearTimeout(deadline)
              waits.delete(wait)
              resolve(outcome)
              schedule()
            },
          }
          const deadline = setTimeout(
            () =>
              wait.settle(E.left({ _tag: 'HandlersTimedOut', position, late: [...wait.names], milliseconds: timeout })),
            clampTimeout(timeout),
          )
          waits.add(wait)
          interval = minInterval
          onProgress()
          if (names.length === 0) wait.settle(E.right(undefined))
          else if (stopped) expire(wait)
          schedule()
        })
      },
    stop: () => {
      stopped = true
      for (const wait of waits) expire(wait)
    },
  }
}
