import type { HistoryId, InvalidInput, Json, StoreUnavailable } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { infrastructureProblem } from './internal/infrastructureProblem.ts'
import { PositionHeader } from './PositionHeader.ts'
import type { RequestError } from './RequestError.ts'
import { type EventSourceOf, type ServerSentEvent, ServerSentEvents } from './ServerSentEvents.ts'

/**
 * What a watch of views begins with: the place of an earlier page, if the client has one, and a signal that fires when
 * the client has disconnected.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewWatchOptions {
  readonly after?: { readonly position: number; readonly history: HistoryId } | undefined
  readonly signal: AbortSignal
}

/**
 * A watch of views: the present page, and the page after each change, as `Views.watch` of `@foldlog/subscriptions` has
 * them.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewWatch<Page extends { readonly position: number; readonly history: HistoryId }> = (
  options: ViewWatchOptions,
) => AsyncIterable<E.Either<InvalidInput | StoreUnavailable, Page>>

/**
 * Makes the events of a client that follows views. Each event is a page: `toData` makes its data, and its id is the
 * place of the page in the log. A client that reconnects gets the present page if the views contain later events, and
 * nothing else. A watch that fails ends with a `problem` event.
 *
 * @category constructors
 * @since 0.1.0
 */
const follow =
  <Page extends { readonly position: number; readonly history: HistoryId }>(
    watch: ViewWatch<Page>,
    toData: (page: Page) => Json,
  ) =>
  (lastEventId: string | undefined): E.Either<RequestError, EventSourceOf> => {
    const known = lastEventId !== undefined && lastEventId !== ''
    const place = known ? PositionHeader.read('Last-Event-ID', lastEventId) : E.right(0)
    if (E.isLeft(place)) return place
    // A position without its history says nothing about this log: the client gets the present page.
    const after = typeof place.right === 'number' ? undefined : place.right
    return E.right(async function* (signal: AbortSignal): AsyncGenerator<ServerSentEvent> {
      for await (const page of watch({ after, signal })) {
        if (E.isLeft(page)) return yield ServerSentEvents.problem(infrastructureProblem(page.left, 'none').problem)
        const { position, history } = page.right
        yield { id: PositionHeader.format({ position, history }), data: toData(page.right) }
      }
    })
  }

/**
 * Functions on the events of clients that follow views.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ViewEvents = { follow } as const
