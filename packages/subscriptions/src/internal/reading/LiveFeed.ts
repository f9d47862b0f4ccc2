import {
  describeUnknown,
  type EventStore,
  type HistoryId,
  type Logger,
  type LogPosition,
  type LogTail,
} from '@foldlog/core'
import type { LogFilter, LogPage } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { type AfterStep, makeBackgroundLoop } from '../async/BackgroundLoop.ts'
import { runSafely } from '../async/runSafely.ts'

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

/**
 * Takes a page of the log that begins directly behind `after`, or `undefined` when the feed cannot read on from there;
 * returns whether it wants the next one. `isShared` when others get the same objects: then it copies what it keeps.
 */
export type PageListener = (page: LogPage | undefined, after: number, isShared: boolean) => boolean

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
  let position = 0
  /** The history in which `position` was read; `undefined` before the first member. */
  let history: HistoryId | undefined

  const readPage = async (failures: number): Promise<AfterStep> => {
    if (listeners.size === 0) return Number.POSITIVE_INFINITY
    const after = position
    const page = await runSafely(
      store.readLog({ after, count: pageSize, filter, ...(history === undefined ? undefined : { history }) }),
    )
    if (E.isLeft(page) && page.left._tag === 'LogRewound') {
      // Each member finds out by itself what that means for the events that it has handled.
      for (const listener of listeners) listener(undefined, after, false)
      listeners.clear()
      return pollInterval
    }
    if (E.isLeft(page)) {
      logger.warn('the log cannot be read, retrying', { position, failures, why: page.left })
      return 'failed'
    }
    // Meanwhile the feed may have been restarted elsewhere, by the first of new members.
    if (position === after) {
      position = page.right.position
      history = page.right.history
    }
    if (page.right.position > after) {
      const isShared = listeners.size > 1
      for (const listener of listeners) if (!listener(page.right, after, isShared)) listeners.delete(listener)
    }
    return page.right.end ? pollInterval : 'again'
  }

  const loop = makeBackgroundLoop({
    step: readPage,
    onThrown: (why) => logger.error('the live feed threw, retrying', { position, why: describeUnknown(why) }),
  })

  let stopListening = (): void => {}

  return {
    join: (listener, { position: from, history: fedIn }) => {
      if (listeners.size === 0) {
        position = from
        history = fedIn
      }
      if (from < position) return false
      listeners.add(listener)
      loop.wake()
      return true
    },
    leave: (listener) => {
      listeners.delete(listener)
    },
    start: () => {
      stopListening = store.onAppend(() => {
        if (listeners.size > 0) loop.wake()
      })
      loop.start()
    },
    stop: async () => {
      stopListening()
      listeners.clear()
      await loop.stop()
    },
  }
}
