import {
  type HandlerStore,
  type HistoryId,
  type InvalidInput,
  type JsonRecord,
  type StoreUnavailable,
  ValidationProblem,
} from '@foldlog/core'
import { either as E, function as F, option as O, type taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { runSafely } from './internal/async/runSafely.ts'

/**
 * Which views to read: ordered by key, behind the key `after`, with the prefix `prefix`, those whose stored form has these fields with these values; `count`
 * at most (1,000 when absent).
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewQuery {
  readonly where?: JsonRecord
  readonly prefix?: string
  readonly after?: string
  readonly count?: number
}

/**
 * A page of views. Every event up to `position` is in them; `history` is the history of the log in which that position
 * is. `end` says that no more match; read on with `after` the last key.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewPage<View> {
  readonly position: number
  readonly history: HistoryId
  readonly views: ReadonlyArray<readonly [key: string, view: View]>
  readonly end: boolean
}

/**
 * A stored view that is not what its codec knows. `why` says where, and what was expected there: `view.count: expected Int, got "two"`.
 *
 * @category errors
 * @since 0.1.0
 */
export interface ViewDecodeFailure {
  readonly _tag: 'ViewDecodeFailure'
  readonly projection: string
  readonly key: string
  readonly why: string
}

/**
 * Reads the views of a projection, in whatever process it runs: those of the generation that serves.
 *
 * @category model
 * @since 0.1.0
 */
export interface Views<View> {
  readonly get: (key: string) => TE.TaskEither<ViewDecodeFailure | InvalidInput | StoreUnavailable, O.Option<View>>
  readonly list: (
    query?: ViewQuery,
  ) => TE.TaskEither<ViewDecodeFailure | InvalidInput | StoreUnavailable, ViewPage<View>>
}

/**
 * The views of a projection in a store.
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
      view.decode(data),
      E.mapLeft((errors) => ({
        _tag: 'ViewDecodeFailure',
        projection: name,
        key,
        why: ValidationProblem.fromIoTs(errors, 'view')
          .map(({ path, why }) => `${path}: ${why}`)
          .join('; '),
      })),
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
        return F.pipe(
          documents,
          E.traverseArray(({ key, data }) =>
            F.pipe(
              decode(key, data),
              E.map((one) => [key, one] as const),
            ),
          ),
          E.map((views) => ({ position, history, views, end })),
        )
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
