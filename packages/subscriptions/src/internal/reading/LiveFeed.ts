import type { EventStore, HistoryId, Logger, LogPosition, LogTail } from '@foldlog/core'
import type { LogFilter, LogPage } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { backoff, sleep } from '../async/timers.ts'
import { makeWakeSignal } from '../async/WakeSignal.ts'

/**
 * Takes a page of the log that begins directly behind `after`, or `undefined` when the feed cannot read on from there;
 * returns whether it wants the next one.
 */
export type PageListener = (page: LogPage | undefined, after: number) => boolean

/**
 * One reader of the log for all handlers of a process that have caught up: the log is read once for any number of them.
 * A member that cannot keep up leaves, reads by itself, and joins again.
 */
export interface LiveFeed {
  /** Joins, when `position` is where the feed is or beyond. A member must skip what it was fed before. */
  readonly join: (listener: PageListener, place: LogPosition) => boolean
  readonly leave: (listener: PageListener) => void
  /** Starts to listen and to read. */
  readonly start: () => void
  readonly stop: () => Promise<void>
}

export interface LiveFeedOptions {
  readonly store: Pick<EventStore, 'readLog'> & LogTail
  /** What all members together need; each skips what is not for it. */
  readonly filter: LogFilter
  readonly pageSize: number
  /** Milliseconds between polls when no notification arrives. */
  readonly pollInterval: number
  readonly logger: Logger
}

export const makeLiveFeed = ({ store, filter, pageSize, pollInterval, logger }: LiveFeedOptions): LiveFeed => {
  const listeners = new Set<PageListener>()
  const wakeSignal = makeWakeSignal()
  const abort = new AbortController()
  let position = 0
  /** The history in which `position` was read; `undefined` before the first member. */
  let history: HistoryId | undefined

  /** Reads one page; returns whether there is more to read at once. */
  const read = async (): Promise<E.Either<unknown, boolean>> => {
    const after = position
    const page = await runSafely(
      store.readLog({ after, count: pageSize, filter, ...(history === undefined ? undefined : { history }) }),
    )
    if (E.isLeft(page) && page.left._tag === 'LogRewound') {
      // Each member finds out by itself what that means for the events that it has handled.
      for (const listener of listeners) listener(undefined, after)
      listeners.clear()
      return E.right(false)
    }
    if (E.isLeft(page)) return page
    // Meanwhile the feed may have been restarted elsewhere, by the first of new members.
    if (position === after) {
      position = page.right.position
      history = page.right.history
    }
    if (page.right.position > after) {
      for (const listener of listeners) if (!listener(page.right, after)) listeners.delete(listener)
    }
    return E.right(!page.right.end)
  }

  const run = async (): Promise<void> => {
    for (let failures = 0; !abort.signal.aborted; ) {
      if (listeners.size === 0) {
        await wakeSignal.wait()
        continue
      }
      const more = await read()
      if (E.isLeft(more)) {
        logger.warn('the log cannot be read, retrying', { position, failures, why: more.left })
        await sleep(backoff(failures++), abort.signal)
        continue
      }
      failures = 0
      if (!more.right) await wakeSignal.wait(pollInterval)
    }
  }

  let stopListening = (): void => {}
  let running: Promise<void> = Promise.resolve()

  return {
    join: (listener, { position: from, history: fedIn }) => {
      if (listeners.size === 0) {
        position = from
        history = fedIn
      }
      if (from < position) return false
      listeners.add(listener)
      wakeSignal.notify()
      return true
    },
    leave: (listener) => {
      listeners.delete(listener)
    },
    start: () => {
      stopListening = store.onAppend(() => {
        if (listeners.size > 0) wakeSignal.notify()
      })
      running = run()
    },
    stop: async () => {
      stopListening()
      abort.abort()
      listeners.clear()
      wakeSignal.notify()
      await running
    },
  }
}
