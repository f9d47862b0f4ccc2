import type { Event, HistoryId, LogPlace } from '@foldlog/core'
import type { DispatchContext, Dispatched, HandlersNotAwaited } from '@foldlog/dispatcher'
import { either as E, function as F, type taskEither as TE } from 'fp-ts'
import type { CommandRequest } from './CommandRequest.ts'
import type { RequestError } from './RequestError.ts'

/**
 * Waits until handlers have handled every event up to a position, for so many milliseconds at most: a runtime of
 * `@foldlog/subscriptions` has it. A place that names its history is awaited in that history.
 *
 * @category model
 * @since 0.1.0
 */
export type WaitFor = (
  names: ReadonlyArray<string>,
  position: number | LogPlace,
  milliseconds?: number,
) => TE.TaskEither<unknown, unknown>

/**
 * Which handlers somebody who prefers to wait waits for, and how.
 *
 * @category model
 * @since 0.1.0
 */
export interface Awaiting {
  readonly waitFor: WaitFor
  readonly handlers: ReadonlyArray<string>
}

/**
 * A command that was done, and what a reply says of it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Performed<Ev extends Event> {
  readonly dispatched: Dispatched<Ev>
  readonly version: number
  readonly history?: HistoryId
  readonly position?: number | LogPlace
  readonly waited: boolean
  readonly duplicate: boolean
}

/** Whether the events that are there under this key were made by another request. One that says nothing is believed. */
const isAnother = ({ context }: CommandRequest<unknown>, { duplicate, events }: Dispatched<Event>): boolean => {
  const [first] = events
  const made = first?.metadata.user?.['request']
  return duplicate && made !== undefined && made !== context.user?.['request']
}

const isRewound = (why: unknown): why is { readonly _tag: 'LogRewound' } =>
  typeof why === 'object' && why !== null && '_tag' in why && why._tag === 'LogRewound'

/**
 * Does what a request asks for. A key that was used for another request is refused; that one stands. When the client
 * prefers to wait, the handlers of `awaiting` are waited for. If they do not come in time the command is done all the
 * same, and the reply says nothing of waiting. When the log is rewound meanwhile, the events may be lost: then the
 * result is the error `HandlersNotAwaited`, and not a reply that says that the command is done.
 *
 * @category combinators
 * @since 0.1.0
 */
export const perform =
  <A, Err, Ev extends Event>(
    asked: CommandRequest<A>,
    dispatch: (context: DispatchContext) => TE.TaskEither<Err, Dispatched<Ev>>,
    awaiting?: Awaiting,
  ): TE.TaskEither<Err | RequestError | HandlersNotAwaited, Performed<Ev>> =>
  async () => {
    const done = await dispatch(asked.context)()
    if (E.isLeft(done)) return done
    const dispatched = done.right
    if (isAnother(asked, dispatched)) return E.left({ _tag: 'IdempotencyKeyReused', key: asked.key ?? '' })
    const last = dispatched.events.at(-1)
    const { version, duplicate, history } = dispatched
    const place =
      last === undefined || history === undefined ? last?.position : { position: last.position, history, id: last.id }
    const waited =
      asked.wait !== undefined && place !== undefined && awaiting !== undefined
        ? await awaiting.waitFor(awaiting.handlers, place, asked.wait)()
        : undefined
    if (waited !== undefined && E.isLeft(waited) && isRewound(waited.left)) {
      return E.left({ _tag: 'HandlersNotAwaited', handlers: awaiting?.handlers ?? [], dispatched, why: waited.left })
    }
    return F.pipe(
      {
        dispatched,
        version,
        duplicate,
        waited: waited !== undefined && E.isRight(waited),
        ...(history === undefined ? undefined : { history }),
        ...(place === undefined ? undefined : { position: place }),
      },
      E.right,
    )
  }
