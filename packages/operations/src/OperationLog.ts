import { EventCodec, EventId, type EventOf, type RecordedEvent, StreamName } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { OperationError } from './OperationError.ts'

/**
 * Who does something to a store, and why. Both are texts for people, not empty.
 *
 * @category model
 * @since 0.1.0
 */
export interface OperationReason {
  readonly by: string
  readonly why: string
}

/**
 * The events that say what operators did. `OperationRequested` is stored before the action, `OperationEnded` after it:
 * an action without its end was cut off, or failed together with the store.
 *
 * @category model
 * @since 0.1.0
 */
export const OperationEvents = EventCodec.make({
  OperationRequested: t.exact(
    t.intersection([
      t.type({ action: t.string, by: t.string, why: t.string }),
      t.partial({ handler: t.string, subject: t.string, details: t.UnknownRecord }),
    ]),
  ),
  OperationEnded: t.exact(t.intersection([t.type({ outcome: t.string }), t.partial({ problem: t.string })])),
})

/**
 * An event of the log of operations.
 *
 * @category model
 * @since 0.1.0
 */
export type OperationEvent = EventOf<typeof OperationEvents>

/**
 * The category of these events.
 *
 * @category model
 * @since 0.1.0
 */
const category = 'foldlogOperation'

const nextId = EventId.uniqueSource({ now: Date.now, random: Math.random })

const encode = (event: OperationEvent) => {
  const encoded = OperationEvents.encode(event)
  return E.isLeft(encoded)
    ? E.left({ _tag: 'InvalidInput', what: 'operation', why: encoded.left.why } as const)
    : encoded
}

/** Appends an event to the stream of an operation; its first event has the id of the operation. */
const append = async (
  store: OperatedStore,
  stream: StreamName,
  id: EventId,
  event: OperationEvent,
  by: string,
): Promise<E.Either<OperationError, void>> => {
  const encoded = encode(event)
  if (E.isLeft(encoded)) return encoded
  const expected = event.type === 'OperationRequested' ? 'noStream' : 1
  const metadata = { correlationId: StreamName.id(stream), user: { operator: by } }
  const stored = await store.append({ stream, expected, events: [{ ...encoded.right, id, metadata }] })()
  return E.isLeft(stored) ? stored : E.right(undefined)
}

/**
 * An action on a store: its name, the handler and the thing that it is about, and what it does. `outcome` describes its
 * result in a few words.
 *
 * @category model
 * @since 0.1.0
 */
export interface Operation<A> {
  readonly action: string
  readonly handler?: string | undefined
  readonly subject?: string | undefined
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly run: TE.TaskEither<OperationError, A>
  readonly outcome: (result: A) => string
}

/**
 * Does an action, and writes down who requested it and why, then how it ended: a stream of its own, with two events.
 * When the first event cannot be stored, nothing is done. When the second cannot, the result is that of the action.
 *
 * @category combinators
 * @since 0.1.0
 */
const perform =
  (store: OperatedStore, { by, why }: OperationReason) =>
  <A>({ action, handler, subject, details, run, outcome }: Operation<A>): TE.TaskEither<OperationError, A> =>
  async () => {
    for (const [what, value] of Object.entries({ by, why }))
      if (typeof value !== 'string' || value.trim() === '' || value.length > 2_000)
        return E.left({ _tag: 'InvalidInput', what, why: 'must be a text of 1 to 2,000 characters' })
    const id = nextId()
    const stream = StreamName.make(category, id)
    if (E.isLeft(stream)) return stream
    const data = {
      action,
      by,
      why,
      ...(handler === undefined ? undefined : { handler }),
      ...(subject === undefined ? undefined : { subject }),
      ...(details === undefined ? undefined : { details }),
    }
    const requested = await append(store, stream.right, id, { type: 'OperationRequested', data }, by)
    if (E.isLeft(requested)) return requested
    const result = await run()
    const ended = E.isLeft(result)
      ? { outcome: 'failed', problem: result.left._tag }
      : { outcome: outcome(result.right) }
    await append(store, stream.right, nextId(), { type: 'OperationEnded', data: ended }, by)
    return result
  }

/**
 * What operators did, the last first: a page of the events of operations.
 *
 * @category destructors
 * @since 0.1.0
 */
const list =
  (store: OperatedStore) =>
  (count = 100): TE.TaskEither<OperationError, ReadonlyArray<RecordedEvent>> =>
  async () => {
    if (store.searchLog === undefined)
      return E.left({ _tag: 'InvalidInput', what: 'store', why: 'has no StoreInspection' })
    const page = await store.searchLog({ filter: { categories: [category] }, count })()
    return E.isLeft(page) ? page : E.right(page.right.events)
  }

/**
 * Functions on the log of operations.
 *
 * @category namespace
 * @since 0.1.0
 */
export const OperationLog = { category, perform, list } as const
