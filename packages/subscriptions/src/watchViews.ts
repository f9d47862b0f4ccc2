import type { HistoryId, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { makeWakeSignal, NumberOption, rejectInput, UserCode } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { isTemporary, retryUntil } from './internal/async/retryUntil.ts'
import { type FollowedStore, type Progress, viewProgressOf } from './internal/views/ViewProgress.ts'
import { viewProblem } from './internal/views/viewProblem.ts'
import { makeViewReader } from './internal/views/viewReader.ts'
import type { ViewPage, ViewStore } from './ViewPage.ts'
import type { ViewQuery } from './ViewQuery.ts'

/**
 * Options of a watch. `after` takes the position and history of an earlier page: then the first page comes when the
 * views contain later events. The watch ends when `signal` fires.
 *
 * @category model
 * @since 0.1.0
 */
export interface WatchOptions {
  readonly after?: { readonly position: number; readonly history: HistoryId } | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The part of a store that a watch of views needs.
 *
 * @category model
 * @since 0.1.0
 */
export type WatchedStore = ViewStore & FollowedStore

const isSame = (a: Progress, b: Progress | undefined): boolean =>
  a.position === b?.position && a.history === b.history && a.generation === b.generation

/**
 * Watches a page of views: returns the present page, and the page after each change, with the position of the last
 * event that it contains. The position never decreases, also when another generation takes over. When a page changes
 * several times before it is requested, the newest page comes once. A view that cannot be decoded is in `unreadable`.
 *
 * When the store is unavailable for a while, the watch waits. An error that would recur is the last value. Watches on
 * one store share the reads that notice progress; each watch reads its page once for a change.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { makeMemoryStore } from '@foldlog/memory-store'
 * import { Views } from '@foldlog/subscriptions'
 * import { either as E } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const balances = { name: 'balances', view: t.strict({ cents: t.number }) }
 * const end = new AbortController()
 *
 * export const print = async () => {
 *   const query = { where: { cents: { lessThan: 0 } } }
 *   const pages = Views.watch(balances, makeMemoryStore(), query, { signal: end.signal })
 *   for await (const page of pages) if (E.isRight(page)) console.log(page.right.position, page.right.views)
 * }
 * ```
 */
export async function* watchViews<View, Stored = unknown>(
  projection: { readonly name: string; readonly view: t.Type<View, Stored> },
  store: WatchedStore,
  query: ViewQuery<Stored> = {},
  { after, signal: given }: WatchOptions = {},
): AsyncGenerator<E.Either<InvalidInput | StoreUnavailable, ViewPage<View>>, void, undefined> {
  const wrong = viewProblem(projection, store)
  if (wrong !== undefined) return yield E.left(wrong)
  const linked = UserCode.run('signal', () => given && AbortSignal.any([given]))
  if (E.isLeft(linked)) return yield rejectInput('signal', `must be an AbortSignal: ${linked.left.why}`)
  const signal = linked.right
  const limits = { min: 0, max: Number.MAX_SAFE_INTEGER, absent: 0 }
  const begin = NumberOption.read('position', limits, after?.position)
  if (E.isLeft(begin)) return yield begin
  const { name } = projection
  const reader = makeViewReader(projection, store)
  const wakeSignal = makeWakeSignal()
  let latest: E.Either<InvalidInput | StoreUnavailable, Progress> | undefined
  let [read, shown]: [Progress?, string?] = []
  const stopFollowing = viewProgressOf(store).follow(name, (progress) => {
    latest = progress
    wakeSignal.notify()
  })
  // Nothing is read for a watch that has ended, also when nobody asks for its next value.
  const onAbort = (): void => {
    stopFollowing()
    wakeSignal.notify()
  }
  signal?.addEventListener('abort', onAbort)
  try {
    while (!signal?.aborted) {
      await wakeSignal.wait()
      if (signal?.aborted) return
      if (latest === undefined) continue
      if (E.isLeft(latest)) {
        if (isTemporary(latest.left)) continue
        return yield latest
      }
      const progress = latest.right
      if (isSame(progress, read)) continue
      const isKnown = after !== undefined && read === undefined && progress.history === after.history
      if (isKnown && progress.position <= after.position) continue
      // The fields are checked at run time, whatever their types.
      const found = await retryUntil(() => reader.list(query as ViewQuery), { signal, isRetryable: isTemporary })
      if (signal?.aborted) return
      if (E.isLeft(found)) return yield found
      read = progress
      const { page, documents } = found.right
      const content = JSON.stringify([documents.map(({ key, data }) => [key, data]), page.end])
      if (content === shown) continue
      shown = content
      // The views of an inline projection are written with the appends: no checkpoint has their position.
      const isLater = progress.history === page.history && progress.position > page.position
      yield E.right(isLater ? { ...page, position: progress.position } : page)
    }
  } finally {
    stopFollowing()
    signal?.removeEventListener('abort', onAbort)
  }
}
