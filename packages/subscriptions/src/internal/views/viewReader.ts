import type { InvalidInput, StoreUnavailable, ViewDecodeFailure } from '@foldlog/core'
import { type DocumentQuery, type HandlerDocument, rejectInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import type { ViewPage, ViewStore } from '../../ViewPage.ts'
import type { ViewQuery } from '../../ViewQuery.ts'
import { runSafely } from '../async/runSafely.ts'
import { decodeDocument, formatProblems } from '../handlers/documentCodec.ts'
import { documentFilterOf } from './viewConditions.ts'
import { type CheckedOrder, placeOf, readOrder, readPlace, reversed } from './viewOrder.ts'

/** A page to read: the query of its documents, their order, and whether it is read backwards, from its end. */
interface PageRequest {
  readonly query: DocumentQuery
  readonly order: CheckedOrder['order']
  readonly backwards: boolean
}

const pageRequestOf = (name: string, query: ViewQuery): E.Either<InvalidInput, PageRequest> => {
  const filter = documentFilterOf(name, query)
  if (E.isLeft(filter)) return filter
  const checked = readOrder(query)
  if (E.isLeft(checked)) return checked
  const { after, before, count } = query
  if (after !== undefined && before !== undefined)
    return rejectInput('query.before', 'must not be beside after: a page begins at one place')
  const backwards = before !== undefined
  const place = after ?? before
  const { order } = checked.right
  const begin = place === undefined ? E.right({}) : readPlace(backwards ? 'query.before' : 'query.after', place, order)
  if (E.isLeft(begin)) return begin
  const direction = backwards ? reversed(checked.right) : checked.right
  return E.right({ query: { ...filter.right, ...direction, ...begin.right, count }, order, backwards })
}

/** A page, and the documents of which it was made. */
export interface ReadPage<View> {
  readonly page: ViewPage<View>
  readonly documents: ReadonlyArray<HandlerDocument>
}

/** Reads documents of a projection as views. */
export const makeViewReader = <View>(
  projection: { readonly name: string; readonly view: t.Type<View, unknown> },
  store: ViewStore,
) => {
  const { name, view } = projection
  const decode = (key: string, data: unknown): E.Either<ViewDecodeFailure, View> =>
    F.pipe(
      decodeDocument(view, 'view', data),
      E.bimap(
        (problems) => ({ _tag: 'ViewDecodeFailure', projection: name, key, why: formatProblems(problems) }),
        (decoded) => decoded as View, // The codec of these views has decoded it.
      ),
    )
  const decodeAll = (documents: ReadonlyArray<HandlerDocument>) => {
    const views: Array<readonly [string, View]> = []
    const unreadable: Array<ViewDecodeFailure> = []
    for (const { key, data } of documents) {
      const one = decode(key, data)
      if (E.isRight(one)) views.push([key, one.right])
      else unreadable.push(one.left)
    }
    return { views, unreadable }
  }
  return {
    decode,
    list: async (query: ViewQuery): Promise<E.Either<InvalidInput | StoreUnavailable, ReadPage<View>>> => {
      const request = pageRequestOf(name, query)
      if (E.isLeft(request)) return request
      const { order, backwards } = request.right
      const found = await runSafely(store.listDocuments(request.right.query))
      if (E.isLeft(found)) return found
      const { position, history, end } = found.right
      const documents = backwards ? found.right.documents.toReversed() : found.right.documents
      const [first, last] = [documents[0], documents.at(-1)].map((one) => one && placeOf(one, order))
      return E.right({ page: { position, history, ...decodeAll(documents), first, last, end }, documents })
    },
  }
}
