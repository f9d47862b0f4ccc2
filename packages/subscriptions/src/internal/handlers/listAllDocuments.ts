import type { HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { DocumentQuery, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'

/** All documents that a query selects, page by page, ordered by key. */
export const listAllDocuments = async (
  store: Pick<HandlerStore, 'listDocuments'>,
  query: Omit<DocumentQuery, 'after'>,
): Promise<E.Either<InvalidInput | StoreUnavailable, ReadonlyArray<HandlerDocument>>> => {
  const all: Array<HandlerDocument> = []
  for (let after: string | undefined; ; ) {
    const page = await runSafely(store.listDocuments(after === undefined ? query : { ...query, after }))
    if (E.isLeft(page)) return page
    for (const document of page.right.documents) all.push(document)
    after = page.right.documents.at(-1)?.key
    if (page.right.end) return E.right(all)
  }
}
