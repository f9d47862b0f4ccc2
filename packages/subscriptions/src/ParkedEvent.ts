import type { HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { DocumentRef, HandlerDocument } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { decodeParked } from './internal/partition/ParkedDocument.ts'

/**
 * An event that a handler could not handle, in the lane where it waits. `why` is for an operator. `behind` is true when
 * the event did not fail itself but follows a parked event of its lane. `requestedAction` is the action that was
 * requested for it and is not done yet. An event whose lanes are unknown (because it cannot be decoded, say) is in each
 * partition once, in the lane of its stream.
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
  /** The number of attempts; 0 for an event that only follows a parked one. */
  readonly attempts: number
  readonly parkedAt: Date
  readonly requestedAction: string | null
}

type StoreTask<A> = TE.TaskEither<InvalidInput | StoreUnavailable, A>

const parkedEvents = (document: HandlerDocument): ReadonlyArray<ParkedEvent> => {
  const data = decodeParked(document)
  if (data === undefined) return []
  const { name, generation, partition, kind, key, requestedAction } = document
  return [
    {
      ...data,
      partition,
      document: { name, generation, kind, key },
      parkedAt: new Date(data.parkedAt),
      requestedAction,
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
    const all: Array<ParkedEvent> = []
    for (let after: string | undefined; ; ) {
      const query = {
        name,
        kind: 'parked',
        ...(generation === undefined ? undefined : { generation }),
        ...(after === undefined ? undefined : { after }),
      } as const
      const page = await store.listDocuments(query)()
      if (E.isLeft(page)) return page
      all.push(...page.right.documents.flatMap(parkedEvents))
      after = page.right.documents.at(-1)?.key
      if (page.right.end) return E.right(all)
    }
  }

const requestAction =
  (action: string) =>
  (store: Pick<HandlerStore, 'requestAction'>, { document }: Pick<ParkedEvent, 'document'>): StoreTask<boolean> =>
    store.requestAction(document, action)

/**
 * Requests a retry of the first event of the lane, and then of the events behind it. Returns whether it was still
 * parked. The owner of the partition does it soon, or as soon as the partition has an owner.
 *
 * @category combinators
 * @since 0.1.0
 */
const retry = requestAction('retry')

/**
 * Requests that the event is discarded for good. Returns whether it was still parked. The owner of the partition does
 * it soon, or as soon as the partition has an owner.
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
export const ParkedEvent = { list, retry, discard } as const
