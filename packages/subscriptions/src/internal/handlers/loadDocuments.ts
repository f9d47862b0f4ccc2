import type { HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { type DocumentKind, type HandlerDocument, type HandlerRef, Limits } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'

/** The documents of one kind, of which some are in memory as values. */
export interface CachedDocuments<A, Err> {
  readonly store: Pick<HandlerStore, 'getDocuments'>
  readonly documents: HandlerRef & { readonly kind: DocumentKind }
  /** The values in memory, which may forget any of them. */
  readonly memory: { readonly get: (key: string) => A | undefined }
  /** The value for no document. */
  readonly absent: A
  readonly decode: (document: HandlerDocument) => E.Either<Err, A>
}

/**
 * A cache that returns each value once, because user code may change the value in place. A commit puts its values back.
 */
export const takingFrom = <A>(cache: {
  readonly get: (key: string) => A | undefined
  readonly delete: (key: string) => unknown
}): { readonly get: (key: string) => A | undefined } => ({
  get: (key) => {
    const value = cache.get(key)
    if (value !== undefined) cache.delete(key)
    return value
  },
})

/** Finds a value by its key: from memory, or decoded from its document. */
export type Lookup<A, Err> = (key: string) => E.Either<Err, A>

/**
 * Reads the documents of these keys that are not in memory, a page at a time. The lookup finds what was in memory when
 * the read began: memory may forget it meanwhile.
 */
export const loadDocuments = async <A extends object, Err>(
  { store, documents: { name, generation, kind }, memory, absent, decode }: CachedDocuments<A, Err>,
  keys: Iterable<string>,
): Promise<E.Either<InvalidInput | StoreUnavailable, Lookup<A, Err>>> => {
  const known = new Map<string, A | undefined>()
  for (const key of keys) known.set(key, memory.get(key))
  const missing = [...known].flatMap(([key, value]) => (value === undefined ? [key] : []))
  const stored = new Map<string, HandlerDocument>()
  for (let i = 0; i < missing.length; i += Limits.pageSize) {
    const page = missing.slice(i, i + Limits.pageSize)
    const found = await runSafely(store.getDocuments({ name, generation, kind }, page))
    if (E.isLeft(found)) return found
    for (const document of found.right) stored.set(document.key, document)
  }
  return E.right((key) => {
    const value = known.get(key)
    if (value !== undefined) return E.right(value)
    const document = stored.get(key)
    return document === undefined ? E.right(absent) : decode(document)
  })
}
