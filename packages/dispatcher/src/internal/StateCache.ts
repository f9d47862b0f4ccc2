import type { StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import { makeSnapshotWriter } from './SnapshotWriter.ts'
import { type LoadedState, type LoadResult, makeStateLoader, type StateLoaderOptions } from './StateLoader.ts'

/**
 * The states of streams, read from the store and kept in a bounded cache. A cached state may be stale, so it is never
 * trusted.
 */
export interface StateCache {
  /** Returns the cached state, which other writers may have outdated. No round trip. */
  readonly cached: (stream: StreamName) => LoadedState | undefined
  /**
   * Loads the current state: reads the events after `known`, or the whole stream. One round trip for each page, and one
   * more when `known` was read in another history.
   */
  readonly load: (aggregate: ErasedAggregate, stream: StreamName, known: LoadedState | undefined) => LoadResult
  /** Caches a state after an append, and saves a snapshot of it when one is due. */
  readonly keep: (aggregate: ErasedAggregate, stream: StreamName, state: LoadedState) => void
  readonly forget: (stream: StreamName) => void
  /** Waits for the snapshots that are being saved. */
  readonly snapshotsSaved: () => Promise<void>
}

export interface StateCacheOptions extends StateLoaderOptions {
  /** Maximum number of states. */
  readonly size: number
}

export const makeStateCache = ({ size, ...options }: StateCacheOptions): StateCache => {
  const cache = new LRUCache<StreamName, LoadedState>({ max: size })
  const loader = makeStateLoader(options)
  const writer = makeSnapshotWriter(options.snapshots, options.logger)
  return {
    cached: (stream) => cache.get(stream),
    load: async (aggregate, stream, known) => {
      const state = await (known === undefined
        ? loader.load(aggregate, stream)
        : loader.update(aggregate, stream, known))
      if (E.isRight(state)) cache.set(stream, state.right)
      else cache.delete(stream)
      return state
    },
    keep: (aggregate, stream, state) => {
      const saved = writer.saveIfDue(aggregate, stream, state)
      cache.set(stream, saved ? { ...state, snapshotAt: state.version } : state)
    },
    forget: (stream) => void cache.delete(stream),
    snapshotsSaved: writer.saved,
  }
}
