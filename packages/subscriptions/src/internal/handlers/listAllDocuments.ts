import type { HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { DocumentQuery, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'

/**
 * What is needed of all documents that a query selects, page by page, ordered by key. The rest of a page is forgotten
 * before the next one is read: there may be a million documents.
 */
export const listFromDocuments = async <A>(
  store: Pick<HandlerStore, 'listDocuments'>,
  query: Omit<DocumentQuery, 'after'>,
  needed: (document: HandlerDocument) => A | undefined,
): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<A>>> => {
  const all: Array<A> = []
  for (let after: string | undefined; ; ) {
    const page = await runSafely(store.listDocuments(after === undefined ? query : { ...query, after }))
    if (E.isLeft(page)) return page
    for (const document of page.right.documents) {
      const one = needed(document)
      if (one !== undefined) all.push(one)
    }
    after = page.right.documents.at(-1)?.key
    if (page.right.end) return E.right(all)
  }
}

/** All documents that a query selects, page by page, ordered by key. */
export const listAllDocuments = (
  store: Pick<HandlerStore, 'listDocuments'>,
  query: Omit<DocumentQuery, 'after'>,
): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<HandlerDocument>>> =>
  listFromDocuments(store, query, (document) => document)
