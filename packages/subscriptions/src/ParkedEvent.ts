import type { DocumentRef, HandlerDocument, HandlerStore, InvalidInput, StoreUnavailable } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import { decodeParked } from './internal/partition/ParkedDocument.ts'

/**
 * An event that a handler could not handle, in the lane where it waits. `why` is for people; `behind` says that it did not fail itself but stands behind one that
 * did. `wish` is what was asked for it and not done yet. An event whose lanes cannot be told, because it cannot be decoded, say, stands in each partition once,
 * in the lane of its stream.
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
  /** How often it was tried, 0 for one that only stands behind another. */
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
 * The parked events of a handler, in the order of lanes and, within a lane, of the log: those of the generation that
 * serves, or of the named generation, such as a build that does not take over because of them.
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
 * Has the head of its lane tried again, and what only stands behind it afterwards. Says whether it was still parked; whoever works on the handler
 * does it soon, or when somebody does.
 *
 * @category combinators
 * @since 0.1.0
 */
const retry = requestAction('retry')

/**
 * Takes the event out, for good. Says whether it was still parked; whoever works on the handler does it soon, or when somebody does.
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
