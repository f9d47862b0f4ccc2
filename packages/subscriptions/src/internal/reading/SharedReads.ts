import type { EventStore, InvalidInput, LogRewound, StoreUnavailable } from '@foldlog/core'
import type { LogPage, ReadLogOptions } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { nextTurn } from '../async/nextTurn.ts'
import { runSafely } from '../async/runSafely.ts'
import { clampTimeout } from '../async/timers.ts'
import { ownEvent } from '../handlers/ownEvent.ts'

type Page = Promise<E.Either<InvalidInput | LogRewound | StoreUnavailable, LogPage>>

/**
 * The reads and timers that the subscriptions to one store share, so that 1,000 of them that have caught up cost as
 * much as one.
 */
export interface SharedReads {
  /** Reads the log. Callers with the same query in the same turn of the event loop share one read. */
  readonly readLog: (query: ReadLogOptions) => Page
  /**
   * Calls back every `ms` milliseconds, on one timer for all callers with the same interval. Returns a function that
   * ends it.
   */
  readonly everyInterval: (ms: number, callback: () => void) => () => void
}

interface Ticker {
  readonly callbacks: Set<() => void>
  readonly stop: () => void
}

interface SharedRead {
  readonly page: Page
  /** Whether it has several callers. No more come once it is sent. */
  isShared: boolean
}

/** The page of one caller, whose events nobody else gets. */
const ownPage = async (read: SharedRead): Page => {
  const page = await read.page
  if (E.isLeft(page) || !read.isShared) return page
  return E.right({ ...page.right, events: page.right.events.map(ownEvent) })
}

const makeSharedReads = (store: Pick<EventStore, 'readLog'>): SharedReads => {
  const pending = new Map<string, SharedRead>()
  const tickers = new Map<number, Ticker>()

  const tickerOf = (ms: number): Ticker => {
    const known = tickers.get(ms)
    if (known !== undefined) return known
    const callbacks = new Set<() => void>()
    const timer = setInterval(() => {
      for (const callback of callbacks) callback()
    }, clampTimeout(ms))
    const ticker: Ticker = {
      callbacks,
      stop: () => {
        clearInterval(timer)
        tickers.delete(ms)
      },
    }
    tickers.set(ms, ticker)
    return ticker
  }

  return {
    readLog: (query) => {
      const key = JSON.stringify(query)
      const known = pending.get(key)
      if (known !== undefined) {
        known.isShared = true
        return ownPage(known)
      }
      // Sent at the end of this turn of the event loop, and not shared with later callers: an answer must not be older
      // than its request.
      const page: SharedRead['page'] = new Promise((resolve) => {
        nextTurn(() => {
          pending.delete(key)
          resolve(runSafely(store.readLog(query)))
        })
      })
      const read: SharedRead = { page, isShared: false }
      pending.set(key, read)
      return ownPage(read)
    },
    everyInterval: (ms, callback) => {
      const ticker = tickerOf(ms)
      // A callback of its own for each call, so that no caller ends the callbacks of another.
      const own = () => callback()
      ticker.callbacks.add(own)
      return () => {
        ticker.callbacks.delete(own)
        if (ticker.callbacks.size === 0) ticker.stop()
      }
    },
  }
}

/** A weak map, because the store is shared: the entry disappears together with the store. */
const shared = new WeakMap<object, SharedReads>()

export const sharedReadsOf = (store: Pick<EventStore, 'readLog'>): SharedReads => {
  const known = shared.get(store)
  if (known !== undefined) return known
  const reads = makeSharedReads(store)
  shared.set(store, reads)
  return reads
}
