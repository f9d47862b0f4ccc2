import { type Event, type RecordedEvent, StreamName } from '@foldlog/core'
import { rejectInput, UserCode } from '@foldlog/core/store'
import type { AnyProjection, ParkedEvent } from '@foldlog/subscriptions'
import { either as E, type taskEither as TE } from 'fp-ts'
import { Difference } from './Difference.ts'
import { EventDescription } from './EventDescription.ts'
import { functionsOf, recordedOf } from './internal/projecting.ts'
import { OperatedDomain } from './OperatedDomain.ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { OperationError } from './OperationError.ts'

/**
 * What became of a parked event that was tried in memory, with the code of this process. `Projected` has the views as
 * they are stored and as they would be. `Decodable`: the event can be decoded, but the handler has effects, or is a
 * process, and is not run. `Failed` says why it would fail again. Nothing is stored.
 *
 * @category model
 * @since 0.1.0
 */
export type ParkedTrial =
  | { readonly _tag: 'Projected'; readonly event: RecordedEvent; readonly views: ReadonlyArray<TriedView> }
  | { readonly _tag: 'Decodable'; readonly event: RecordedEvent; readonly why: string }
  | { readonly _tag: 'Failed'; readonly event: RecordedEvent | null; readonly why: string }

/**
 * A view before and after an event; `undefined` for none.
 *
 * @category model
 * @since 0.1.0
 */
export interface TriedView {
  readonly key: string
  readonly before: unknown
  readonly after: unknown
  readonly differences: ReadonlyArray<Difference>
}

const tryProjection = async (
  store: OperatedStore,
  projection: AnyProjection,
  generation: number,
  event: RecordedEvent,
  events: ReadonlyArray<Event>,
): Promise<E.Either<OperationError, ParkedTrial>> => {
  const failed = (why: string) => E.right({ _tag: 'Failed', event, why } as const)
  const { keysOf, project } = functionsOf(projection)
  const recorded = recordedOf(event, events)
  const keys = UserCode.run('key', () => [...new Set(recorded.flatMap(keysOf))])
  if (E.isLeft(keys)) return failed(`key: ${keys.left.why}`)
  const stored = await store.getDocuments({ name: projection.name, generation, kind: 'view' }, keys.right)()
  if (E.isLeft(stored)) return stored
  const views: Array<TriedView> = []
  for (const key of keys.right) {
    const document = stored.right.find((one) => one.key === key)
    const before = document === undefined ? E.right(undefined) : projection.view.decode(document.data)
    if (E.isLeft(before)) return failed(`the view ${JSON.stringify(key)} cannot be decoded`)
    const after = UserCode.run('project', () =>
      recorded
        .filter((one) => keysOf(one).includes(key))
        .reduce<unknown>((view, one) => project(view, one, key), before.right),
    )
    if (E.isLeft(after)) return failed(`project: ${after.left.why}`)
    views.push({
      key,
      before: before.right,
      after: after.right,
      differences: Difference.between(before.right, after.right),
    })
  }
  return E.right({ _tag: 'Projected', event, views })
}

/**
 * Tries a parked event in memory: decodes it, and folds it into the stored views when its handler is a projection.
 *
 * @category destructors
 * @since 0.1.0
 */
const run =
  (domain: OperatedDomain, store: OperatedStore) =>
  (parked: ParkedEvent): TE.TaskEither<OperationError, ParkedTrial> =>
  async () => {
    const { name, generation } = parked.document
    const handler = OperatedDomain.handlerOf(domain, name)
    if (E.isLeft(handler)) return handler
    if (parked.input !== 'event') return rejectInput('parked', `a ${parked.input} of a process cannot be tried`)
    const stream = StreamName.parse(parked.stream)
    if (E.isLeft(stream)) return stream
    const filter = { streams: [stream.right] }
    const page = await store.readLog({ after: parked.position - 1, count: 1, filter })()
    if (E.isLeft(page)) return page
    const event = page.right.events.find(({ position }) => position === parked.position)
    if (event === undefined)
      return E.right({ _tag: 'Failed', event: null, why: 'the log does not have the event any more' })
    const { decoding } = EventDescription.of({ handlers: [handler.right] })(event)
    if (decoding._tag === 'Undecodable') return E.right({ _tag: 'Failed', event, why: decoding.why })
    if (decoding._tag === 'NoCodec')
      return E.right({ _tag: 'Failed', event, why: 'the handler has no source for its category' })
    return handler.right._tag === 'Projection'
      ? tryProjection(store, handler.right, generation, event, decoding.events)
      : E.right({ _tag: 'Decodable', event, why: 'its handler has effects, which are not run here' })
  }

/**
 * Functions on {@link ParkedTrial}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ParkedTrial = { run } as const
