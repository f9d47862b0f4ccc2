import type { HandlerStore, HistoryId, InvalidInput, StoreUnavailable, ViewDecodeFailure } from '@foldlog/core'
import { type DocumentQuery, type HandlerDocument, rejectInput } from '@foldlog/core/store'
import { either as E, function as F, option as O, type taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { runSafely } from './internal/async/runSafely.ts'
import { decodeDocument, formatProblems } from './internal/handlers/documentCodec.ts'
import { documentFilterOf } from './internal/views/viewConditions.ts'
import { type CheckedOrder, placeOf, readOrder, readPlace, reversed } from './internal/views/viewOrder.ts'
import type { ViewFilter, ViewQuery } from './ViewQuery.ts'

/**
 * Reads the views of a projection, from its serving generation; the projection may run in any process. `Stored` is the
 * form in which views are stored, to which queries refer.
 *
 * @category model
 * @since 0.1.0
 */
export interface Views<View, Stored = unknown> {
  readonly get: (key: string) => TE.TaskEither<ViewDecodeFailure | InvalidInput | StoreUnavailable, O.Option<View>>
  /** Reads a page of views. */
  readonly list: (query?: ViewQuery<Stored>) => TE.TaskEither<InvalidInput | StoreUnavailable, ViewPage<View>>
  /** Counts the views that a filter selects, also those that their codec cannot decode. */
  readonly count: (filter?: ViewFilter<Stored>) => TE.TaskEither<InvalidInput | StoreUnavailable, ViewCount>
}

/**
 * The part of a store that queries of views need.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewStore = Pick<HandlerStore, 'getDocuments' | 'listDocuments' | 'countDocuments'>

/**
 * A page of views. It contains every event up to `position`; `history` is the history of the log to which that position
 * belongs. `unreadable` lists the views of the page that their codec cannot decode, with the reasons; `views` has the
 * others. To read on, set `after` to `last`, or to read back, `before` to `first`, in the same order. `end` is true
 * when no more views match in the direction of the reading: behind the page, or before it when the query has `before`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewPage<View> {
  readonly position: number
  readonly history: HistoryId
  readonly views: ReadonlyArray<readonly [key: string, view: View]>
  readonly unreadable: ReadonlyArray<ViewDecodeFailure>
  /** The place of the first view of the page, also when it cannot be decoded; `undefined` when the page is empty. */
  readonly first: string | undefined
  /** The place of the last view of the page; in the order of keys it is its key. */
  readonly last: string | undefined
  readonly end: boolean
}

/**
 * How many views a filter selects: `count` is the number of views, as of `position` of the log in `history`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewCount {
  readonly position: number
  readonly history: HistoryId
  readonly count: number
}

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

/**
 * Makes the reader of a projection's views.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { makeMemoryStore } from '@foldlog/memory-store'
 * import { Views } from '@foldlog/subscriptions'
 * import * as t from 'io-ts'
 *
 * const Stay = t.strict({ guest: t.strict({ name: t.string }), nights: t.number })
 *
 * const stays = Views.make({ name: 'stays', view: Stay }, makeMemoryStore())
 *
 * export const longStays = stays.list({ where: { nights: { atLeast: 7 } }, order: ['guest.name'], count: 20 })
 * ```
 */
const make = <View, Stored = unknown>(
  projection: { readonly name: string; readonly view: t.Type<View, Stored> },
  store: ViewStore,
): Views<View, Stored> => {
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
    get: (key) => async () => {
      const found = await runSafely(store.getDocuments({ name, kind: 'view' }, [key]))
      if (E.isLeft(found)) return found
      const [document] = found.right
      return document === undefined ? E.right(O.none) : F.pipe(decode(key, document.data), E.map(O.some))
    },
    list:
      (query = {}) =>
      async () => {
        // The fields are checked at run time, whatever their types.
        const request = pageRequestOf(name, query as ViewQuery)
        if (E.isLeft(request)) return request
        const { order, backwards } = request.right
        const page = await runSafely(store.listDocuments(request.right.query))
        if (E.isLeft(page)) return page
        const { position, history, end } = page.right
        const documents = backwards ? page.right.documents.toReversed() : page.right.documents
        const [first, last] = [documents[0], documents.at(-1)].map((one) => one && placeOf(one, order))
        return E.right({ position, history, ...decodeAll(documents), first, last, end })
      },
    count:
      (filter = {}) =>
      async () => {
        const checked = documentFilterOf(name, filter as ViewFilter) // As above.
        if (E.isLeft(checked)) return checked
        const found = await runSafely(store.countDocuments(checked.right))
        if (E.isLeft(found)) return found
        const { position, history, count } = found.right
        return E.right({ position, history, count })
      },
  }
}

/**
 * Functions on {@link Views}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Views = { make } as const
