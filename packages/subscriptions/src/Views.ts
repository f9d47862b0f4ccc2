import type { InvalidInput, StoreUnavailable, ViewDecodeFailure } from '@foldlog/core'
import { either as E, function as F, option as O, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { runSafely } from './internal/async/runSafely.ts'
import { documentFilterOf } from './internal/views/viewConditions.ts'
import { viewProblem } from './internal/views/viewProblem.ts'
import { makeViewReader, type ReadPage } from './internal/views/viewReader.ts'
import type { ViewCount, ViewPage, ViewStore } from './ViewPage.ts'
import type { ViewFilter, ViewQuery } from './ViewQuery.ts'
import { watchViews } from './watchViews.ts'

/**
 * Reads the views of a projection, from its serving generation; the projection may run in any process. `Stored` is the
 * stored form of a view, which queries use.
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
  const wrong = viewProblem(projection, store)
  if (wrong !== undefined) return { get: () => TE.left(wrong), list: () => TE.left(wrong), count: () => TE.left(wrong) }
  const { name } = projection
  const reader = makeViewReader(projection, store)
  return {
    get: (key) => async () => {
      const found = await runSafely(store.getDocuments({ name, kind: 'view' }, [key]))
      if (E.isLeft(found)) return found
      const [document] = found.right
      return document === undefined ? E.right(O.none) : F.pipe(reader.decode(key, document.data), E.map(O.some))
    },
    list:
      (query = {}) =>
      async () =>
        // The fields are checked at run time, whatever their types.
        E.map(({ page }: ReadPage<View>) => page)(await reader.list(query as ViewQuery)),
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
export const Views = { make, watch: watchViews } as const
