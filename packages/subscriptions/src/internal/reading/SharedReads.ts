import type { EventStore, InvalidInput, LogPage, LogRewound, ReadLogOptions, StoreUnavailable } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { clampTimeout } from '../async/timers.ts'

type Page = Promise<E.Either<InvalidInput | LogRewound | StoreUnavailable, LogPage>>

/** What the subscriptions to one store share, so that a thousand of them that have caught up cost as much as one. */
export interface SharedReads {
  /** Reads the log. Who asks the same in the same turn of the event loop gets the same answer. */
  readonly readLog: (query: ReadLogOptions) => Page
  /** Calls back every `ms` milliseconds, together with all others that want the same; gives what ends it. */
  readonly everyInterval: (ms: number, callback: () => void) => () => void
}

interface Ticker {
  readonly callbacks: Set<() => void>
  readonly stop: () => void
}

const makeSharedReads = (store: Pick<EventStore, 'readLog'>): SharedReads => {
  const asked = new Map<string, Page>()
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
      const known = asked.get(key)
      if (known !== undefined) return known
      // Sent at the end of this turn, and shared by nobody who asks after that: an answer must not be older than its question.
      const page: Page = new Promise((resolve) => {
        setImmediate(() => {
          asked.delete(key)
          resolve(runSafely(store.readLog(query)))
        })
      })
      asked.set(key, page)
      return page
    },
    everyInterval: (ms, callback) => {
      const ticker = tickerOf(ms)
      // One of its own for each call, so that nobody ends the rings of another.
      const own = () => callback()
      ticker.callbacks.add(own)
      return () => {
        ticker.callbacks.delete(own)
        if (ticker.callbacks.size === 0) ticker.stop()
      }
    },
  }
}

/** A weak map, because it is the store that is shared: what its last user leaves goes with it. */
const shared = new WeakMap<object, SharedReads>()

export const sharedReadsOf = (store: Pick<EventStore, 'readLog'>): SharedReads => {
  const known = shared.get(store)
  if (known !== undefined) return known
  const reads = makeSharedReads(store)
  shared.set(store, reads)
  return reads
}
