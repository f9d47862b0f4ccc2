import type { HandlerStore } from '@foldlog/core'
import { type DocumentRef, type HandlerDocument, Limits, NumberOption, type StoreTask } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { runSafely } from './internal/async/runSafely.ts'
import { listAllDocuments } from './internal/handlers/listAllDocuments.ts'
import { decodeParked } from './internal/partition/ParkedDocument.ts'

/**
 * An event that a handler could not handle, in the lane where it waits. `why` is for an operator. `behind` is true when
 * the event did not fail itself but follows a parked event of its lane. `requestedAction` is the action that was
 * requested for it and is not done yet. An event whose lanes are unknown (because it cannot be decoded, say) is in each
 * partition once, in the lane of its stream.
 *
 * A process manager may also park a timer, or the rejection of a command: `input` says which. Then `lane` and `stream`
 * are the key of the process, `type` is the name of the timer or the type of the command, the versions are 0, and
 * `position` is that of the last event before it. Retry or discard it as an event.
 *
 * @category model
 * @since 0.1.0
 */
export interface ParkedEvent {
  readonly document: DocumentRef
  readonly partition: number
  readonly lane: string
  readonly stream: string
  readonly version: number
  readonly position: number
  readonly type: string
  readonly schemaVersion: number
  readonly why: string
  readonly behind: boolean
  /** How often it was tried, over all requested retries; 0 for an event that only follows a parked one. */
  readonly attempts: number
  readonly parkedAt: Date
  readonly requestedAction: string | null
  readonly input: 'event' | 'timer' | 'rejection'
}

const parkedEvents = (document: HandlerDocument): ReadonlyArray<ParkedEvent> => {
  const decoded = decodeParked(document)
  if (decoded === undefined) return []
  const { input, ...data } = decoded
  const { name, generation, partition, kind, key, requestedAction } = document
  return [
    {
      ...data,
      partition,
      document: { name, generation, kind, key },
      parkedAt: new Date(data.parkedAt),
      requestedAction,
      input: input?._tag ?? 'event',
    },
  ]
}

/**
 * Lists the parked events of a handler, in the order of lanes and, within a lane, in log order: those of the serving
 * generation, or of the given one, such as a build that does not take over because of them.
 *
 * @category destructors
 * @since 0.1.0
 */
const list =
  (
    store: Pick<HandlerStore, 'listDocuments'>,
    name: string,
    generation?: number,
  ): StoreTask<ReadonlyArray<ParkedEvent>> =>
  async () => {
    const found = await listAllDocuments(store, {
      name,
      kind: 'parked',
      ...(generation === undefined ? undefined : { generation }),
    })
    return E.isLeft(found) ? found : E.right(found.right.flatMap(parkedEvents))
  }

/**
 * Which parked events a page has: those of the serving generation, or of the given one; at most `limit` of them, 1,000
 * when absent, and 10,000 at most; those behind the cursor `after`, which is `next` of the page before.
 *
 * @category model
 * @since 0.1.0
 */
export interface ParkedEventQuery {
  readonly generation?: number | undefined
  readonly limit?: number | undefined
  readonly after?: string | undefined
}

/**
 * A page of parked events. `next` is the cursor of the next page; it is absent when there is none.
 *
 * @category model
 * @since 0.1.0
 */
export interface ParkedEventPage {
  readonly events: ReadonlyArray<ParkedEvent>
  readonly next?: string | undefined
}

const pageLimit: NumberOption = { min: 1, max: Limits.pageSize, absent: Limits.defaultPageSize }

/**
 * Returns a page of the parked events of a handler, in the order of {@link ParkedEvent}`.list`, which reads all of
 * them. A page is one request, however many are parked. Events that are parked or handled between two pages may be
 * missing or not; all others are in exactly one page.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import type { HandlerStore } from '@foldlog/core'
 * import { ParkedEvent } from '@foldlog/subscriptions'
 * import { either as E } from 'fp-ts'
 *
 * export const retryAll = async (store: HandlerStore, handler: string): Promise<void> => {
 *   for (let after: string | undefined; ; ) {
 *     const page = await ParkedEvent.page(store, handler, { after })()
 *     if (E.isLeft(page)) throw page.left
 *     for (const one of page.right.events) await ParkedEvent.retry(store, one)()
 *     after = page.right.next
 *     if (after === undefined) return
 *   }
 * }
 * ```
 */
const page =
  (
    store: Pick<HandlerStore, 'listDocuments'>,
    name: string,
    { generation, limit, after }: ParkedEventQuery = {},
  ): StoreTask<ParkedEventPage> =>
  async () => {
    const count = NumberOption.read('limit', pageLimit, limit)
    if (E.isLeft(count)) return count
    const found = await runSafely(
      store.listDocuments({
        name,
        kind: 'parked',
        ...(generation === undefined ? undefined : { generation }),
        count: count.right,
        ...(after === undefined ? undefined : { after }),
      }),
    )
    if (E.isLeft(found)) return found
    const { documents, end } = found.right
    const last = documents.at(-1)?.key
    return E.right({
      events: documents.flatMap(parkedEvents),
      ...(end || last === undefined ? undefined : { next: last }),
    })
  }

const requestAction =
  (action: string) =>
  (store: Pick<HandlerStore, 'requestAction'>, { document }: Pick<ParkedEvent, 'document'>): StoreTask<boolean> =>
    store.requestAction(document, action)

/**
 * Requests a retry of the first event of the lane, and then of the events behind it, up to one that has failed itself
 * and for which nothing is requested. Returns whether the event was still parked. The owner of the partition does it
 * soon, or as soon as the partition has an owner.
 *
 * @category combinators
 * @since 0.1.0
 */
const retry = requestAction('retry')

/**
 * Requests that the event is discarded for good. When it is the first one of its lane, those behind it are handled
 * then: to discard a whole lane, begin with its last event. Returns whether the event was still parked. The owner of
 * the partition does it soon, or as soon as the partition has an owner.
 *
 * @category combinators
 * @since 0.1.0
 */
const discard = requestAction('discard')

/**
 * Functions on {@link ParkedEvent}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ParkedEvent = { list, page, retry, discard } as const
