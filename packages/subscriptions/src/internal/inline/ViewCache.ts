import type { AppendError, HandlerStore, HistoryId, LogTail, StoreUnavailable } from '@foldlog/core'
import type { OpenInlineProjection } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import { runSafely } from '../async/runSafely.ts'
import { loadDocuments, takingFrom } from '../handlers/loadDocuments.ts'
import type { CachedView, InlineFold } from './fold.ts'

type Generation = Pick<OpenInlineProjection, 'name' | 'generation'>

/**
 * Views in memory. They are never trusted: a change that was made from an old view is a conflict, and made again.
 */
export interface ViewCache {
  /** Forgets everything when the log is in another history. */
  readonly readHistory: () => Promise<E.Either<StoreUnavailable, void>>
  /** The history of the log in which everything in the cache was read. */
  readonly history: () => HistoryId | undefined
  /** The views of a projection, from memory or from the store. */
  readonly load: (
    fold: InlineFold,
    of: Generation,
    keys: ReadonlySet<string>,
  ) => Promise<E.Either<AppendError, ReadonlyMap<string, CachedView>>>
  readonly set: (of: Generation, key: string, view: CachedView) => void
  readonly delete: (of: Generation, key: string) => void
}

const noView: CachedView = { view: undefined, expectedPosition: null }

export const makeViewCache = (
  store: Pick<HandlerStore, 'getDocuments'> & Pick<LogTail, 'history'>,
  size: number,
): ViewCache => {
  const cache = new LRUCache<string, CachedView>({ max: size })
  let history: HistoryId | undefined

  const cacheKey = ({ name, generation }: Generation, key: string): string => `${name}\n${generation}\n${key}`

  return {
    readHistory: async () => {
      const found = await runSafely(store.history)
      if (E.isLeft(found)) return found
      if (history !== found.right) cache.clear()
      history = found.right
      return E.right(undefined)
    },
    history: () => history,
    load: async ({ decode }, of, keys) => {
      const documents = { name: of.name, generation: of.generation, kind: 'view' } as const
      // A view that `project` changes in place must not be used again when the append fails.
      const taking = takingFrom(cache)
      const memory = { get: (key: string) => taking.get(cacheKey(of, key)) }
      const stored = await loadDocuments({ store, documents, memory, absent: noView, decode }, keys)
      if (E.isLeft(stored)) return stored
      const views = new Map<string, CachedView>()
      for (const key of keys) {
        const view = stored.right(key)
        if (E.isLeft(view)) return view
        views.set(key, view.right)
      }
      return E.right(views)
    },
    set: (of, key, view) => {
      cache.set(cacheKey(of, key), view)
    },
    delete: (of, key) => {
      cache.delete(cacheKey(of, key))
    },
  }
}
