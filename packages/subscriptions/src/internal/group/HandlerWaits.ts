import { type AwaitedPlace, describeUnknown, type HandlerStore, type Logger, type LogTail } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import { type AfterStep, makeBackgroundLoop } from '../async/BackgroundLoop.ts'
import { runSafely } from '../async/runSafely.ts'
import { sleep } from '../async/timers.ts'
import type { ConsumerGroups } from './ConsumerGroups.ts'
import {
  beginWait,
  checkWait,
  type HandlerProgress,
  type HandlerWait,
  settleHistories,
  settleReached,
  type WaitError,
} from './HandlerWait.ts'
import { makeIdleWatch, settleParked } from './waitOutcomes.ts'

/**
 * Callers that wait for handlers. The checkpoints of other processes are read once for all of them, and only while a
 * caller waits.
 */
export interface HandlerWaits {
  readonly waitFor: (
    names: ReadonlyArray<string>,
    place: number | AwaitedPlace,
    timeout?: number,
  ) => TE.TaskEither<WaitError, void>
  readonly onProgress: () => void
  readonly stop: () => void
}

export interface HandlerWaitsOptions {
  readonly store: Pick<HandlerStore, 'checkpoints' | 'findParked' | 'generations'> & Pick<LogTail, 'verify'>
  readonly groups: () => ConsumerGroups
  readonly logger: Logger
}

const minInterval = 10
const maxInterval = 250

export const makeHandlerWaits = ({ store, groups, logger }: HandlerWaitsOptions): HandlerWaits => {
  const waits = new Set<HandlerWait>()
  let interval = minInterval
  let failures = 0
  const idleWatch = makeIdleWatch(store, {
    has: (name) => groups().has(name),
    isWorking: (name) => groups().isWorking(name),
    localStops: (name) =>
      groups()
        .localStops()
        .flatMap((one) => (one.name === name ? [one.reason] : [])),
  })

  /** Logs failures 1, 2, 4, 8 and so on, because a failed poll is repeated several times a second. */
  const onReadFailed = (why: unknown): void => {
    failures++
    if (Number.isInteger(Math.log2(failures))) logger.warn('checkpoints cannot be read, retrying', { failures, why })
  }

  /**
   * Called after a commit: a throw here must not stop the partition. A later poll of the store answers what is not
   * known here.
   */
  const doneHere = (name: string): HandlerProgress | undefined => {
    try {
      return groups().serving(name)?.progress()
    } catch (why) {
      logger.error('the position of a handler cannot be reported', { handler: name, why: describeUnknown(why) })
      return undefined
    }
  }

  const onProgress = (): void => {
    if (waits.size > 0) settleReached(waits, doneHere)
  }

  const poll = async (): Promise<AfterStep> => {
    if (waits.size === 0) return Number.POSITIVE_INFINITY
    await sleep(interval, loop.signal)
    onProgress()
    const names = [...new Set([...waits].flatMap((wait) => [...wait.names]))]
    if (names.length > 0) {
      const found = await runSafely(store.checkpoints(names))
      if (E.isRight(found)) {
        failures = 0
        const { history, positions, conditions } = found.right
        await settleHistories(store, waits, history)
        settleReached(waits, (name) => {
          const position = positions[name]
          return position === undefined
            ? undefined
            : { position, history, hasParked: conditions[name]?.hasParked === true }
        })
        await idleWatch.settle(waits, found.right)
      } else onReadFailed(found.left)
    }
    await settleParked(store, waits)
    interval = Math.min(maxInterval, interval * 1.5)
    return 'again'
  }

  const loop = makeBackgroundLoop({
    step: poll,
    onThrown: (why) => logger.error('the poll for checkpoints threw, retrying', { why: describeUnknown(why) }),
  })

  return {
    onProgress,
    waitFor: (names, place, timeout) => async () => {
      const checked = checkWait(names, place, timeout)
      if (E.isLeft(checked)) return checked
      return new Promise((resolve) => {
        const wait = beginWait(names, place, checked.right, (outcome) => {
          waits.delete(wait)
          resolve(outcome)
        })
        waits.add(wait)
        interval = minInterval
        onProgress()
        if (names.length === 0) wait.settle(E.right(undefined))
        else if (loop.signal.aborted) wait.expire(0)
        loop.start()
        loop.wake()
      })
    },
    stop: () => {
      // A poll in progress is not waited for: the store may not answer.
      void loop.stop()
      for (const wait of waits) wait.expire(0)
    },
  }
}
