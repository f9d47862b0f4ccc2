import type {
  HandlerStore,
  HistoryId,
  InvalidInput,
  JsonRecord,
  StoreUnavailable,
  ViewDecodeFailure,
} from '@foldlog/core'
import { either as E, function as F, option as O, type taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { runSafely } from './internal/async/runSafely.ts'
import { decodeDocument, formatProblems } from './internal/handlers/documentCodec.ts'

/**
 * Reads the views of a projection, from its serving generation; the projection may run in any process.
 *
 * @category model
 * @since 0.1.0
 */
export interface Views<View> {
  readonly get: (key: string) => TE.TaskEither<ViewDecodeFailure | InvalidInput | StoreUnavailable, O.Option<View>>
  readonly list: (query?: ViewQuery) => TE.TaskEither<InvalidInput | StoreUnavailable, ViewPage<View>>
}

/**
 * Which views to read: in the order of keys, behind the key `after`, with the prefix `prefix`, and with the values of
 * `where` in the fields of the stored form; at most `count` views (1,000 when absent).
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewQuery {
  readonly where?: JsonRecord | undefined
  readonly prefix?: string | undefined
  readonly after?: string | undefined
  readonly count?: number | undefined
}

/**
 * A page of views. It contains every event up to `position`; `history` is the history of the log to which that position
 * belongs. `unreadable` lists the views of the page that their codec cannot decode, with the reasons; `views` has the
 * others. `end` is true when no more views match; to read on, set `after` to `last`, the last key of the page.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewPage<View> {
  readonly position: number
  readonly history: HistoryId
  readonly views: ReadonlyArray<readonly [key: string, view: View]>
  readonly unreadable: ReadonlyArray<ViewDecodeFailure>
  /** The last key of the page, also when its view cannot be decoded; `undefined` when the page is empty. */
  readonly last: string | undefined
  readonly end: boolean
}

/**
 * Makes the reader of a projection's views.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = <View>(
  projection: { readonly name: string; readonly view: t.Type<View, unknown> },
  store: Pick<HandlerStore, 'getDocuments' | 'listDocuments'>,
): Views<View> => {
  const { name, view } = projection
  const decode = (key: string, data: unknown): E.Either<ViewDecodeFailure, View> =>
    F.pipe(
      decodeDocument(view, 'view', data),
      E.bimap(
        (problems) => ({ _tag: 'ViewDecodeFailure', projection: name, key, why: formatProblems(problems) }),
        (decoded) => decoded as View, // The codec of these views has decoded it.
      ),
    )
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
        const page = await runSafely(store.listDocuments({ ...query, name, kind: 'view' }))
        if (E.isLeft(page)) return page
        const { documents, position, history, end } = page.right
        const views: Array<readonly [string, View]> = []
        const unreadable: Array<ViewDecodeFailure> = []
        for (const { key, data } of documents) {
          const one = decode(key, data)
          if (E.isRight(one)) views.push([key, one.right])
          else unreadable.push(one.left)
        }
        return E.right({ position, history, views, unreadable, last: documents.at(-1)?.key, end })
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
