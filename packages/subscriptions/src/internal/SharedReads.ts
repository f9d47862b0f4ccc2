import type { EventStore, InvalidInput, LogRewound, LogSlice, ReadLog, StoreUnavailable } from '@foldlog/core'
import type { either as E } from 'fp-ts'
import { ask } from './asking.ts'
import { timerMs } from './sleep.ts'

type Page = Promise<E.Either<InvalidInput | LogRewound | StoreUnavailable, LogSlice>>

/** What the subscriptions to one store share, so that a thousand of them that have caught up cost as much as one. */
export interface SharedReads {
  /** Reads the log. Who asks the same in the same turn of the event loop gets the same answer. */
  readonly readLog: (query: ReadLog) => Page
  /** Calls back every `ms` milliseconds, together with all others that want the same; gives what ends it. */
  readonly every: (ms: number, ring: () => void) => () => void
}

interface Ticker {
  readonly rings: Set<() => void>
  readonly stop: () => void
}

const makeSharedReads = (store: Pick<EventStore, 'readLog'>): SharedReads => {
  const asked = new Map<string, Page>()
  const tickers = new Map<number, Ticker>()

  const tickerOf = (ms: number): Ticker => {
    const known = tickers.get(ms)
    if (known !== undefined) return known
    const rings = new Set<() => void>()
    const timer = setInterval(() => {
      for (const ring of rings) ring()
    }, timerMs(ms))
    const ticker: Ticker = {
      rings,
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
          resolve(ask(store.readLog(query)))
        })
      })
      asked.set(key, page)
      return page
    },
    every: (ms, ring) => {
      const ticker = tickerOf(ms)
      // One of its own for each call, so that nobody ends the rings of another.
      const own = () => ring()
      ticker.rings.add(own)
      return () => {
        ticker.rings.delete(own)
        if (ticker.rings.size === 0) ticker.stop()
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
