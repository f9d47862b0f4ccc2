import type { AwaitedPlace, Event, HistoryId, LogPosition, WaitForHandlers } from '@foldlog/core'
import type { DispatchContext, Dispatched, HandlersNotReached } from '@foldlog/dispatcher'
import { either as E, function as F, type taskEither as TE } from 'fp-ts'
import type { CommandRequest } from './CommandRequest.ts'
import { runRoute } from './internal/routeCode.ts'
import type { RequestError } from './RequestError.ts'

/**
 * The handlers that a client with a preferred wait waits for, and the function that waits.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlersToAwait {
  readonly waitFor: WaitForHandlers
  readonly handlers: ReadonlyArray<string>
}

/**
 * A handled command, and the facts for its reply.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandResult<Ev extends Event> {
  readonly dispatched: Dispatched<Ev>
  readonly version: number
  readonly history?: HistoryId | undefined
  readonly position?: number | LogPosition | undefined
  readonly preferenceApplied: boolean
  readonly duplicate: boolean
}

/** Whether the stored events under this key were made by another request. Events without a digest are accepted. */
const isDifferentRequest = (
  { context }: CommandRequest<unknown>,
  { duplicate, events }: Dispatched<Event>,
): boolean => {
  const [first] = events
  const made = first?.metadata.user?.['request']
  return duplicate && made !== undefined && made !== Reflect.get(context.user ?? {}, 'request')
}

/** Whether the key was used for another command, of whose id it is the source. */
const isKeyReused = ({ key, context }: CommandRequest<unknown>, error: unknown): boolean =>
  key !== undefined && Object(error)._tag === 'CommandIdReused' && Object(error).commandId === context.commandId

const keyReused = (key: string): RequestError => ({ _tag: 'IdempotencyKeyReused', key })

/** The events of a command are awaited, and not only its last one. */
const awaitedPlace = (place: number | LogPosition, { events }: Dispatched<Event>): number | AwaitedPlace =>
  typeof place === 'number' ? place : { ...place, events: events.map(({ position }) => position) }

const waitingOf = ({ waitFor, handlers }: HandlersToAwait, place: number | AwaitedPlace, wait: number) =>
  runRoute('waitFor', () => waitFor(handlers, place, wait))

const isRewound = (why: unknown): why is { readonly _tag: 'LogRewound' } =>
  typeof why === 'object' && why !== null && '_tag' in why && why._tag === 'LogRewound'

/**
 * Runs the command of a request. A key that was used for another request is refused; the first result remains. When the
 * client prefers to wait, the handlers of `toAwait` are awaited. If they are late, the command is still handled, and
 * the reply does not claim a wait. When the log is rewound meanwhile, the events may be lost: then the result is the
 * error `HandlersNotReached`, and not a reply that reports success.
 *
 * @category combinators
 * @since 0.1.0
 */
export const runCommand =
  <A, Err, Ev extends Event>(
    commandRequest: CommandRequest<A>,
    dispatch: (context: DispatchContext) => TE.TaskEither<Err, Dispatched<Ev>>,
    toAwait?: HandlersToAwait,
  ): TE.TaskEither<Err | RequestError | HandlersNotReached, CommandResult<Ev>> =>
  async () => {
    const done = await dispatch(commandRequest.context)()
    const { key = '' } = commandRequest
    if (E.isLeft(done)) return isKeyReused(commandRequest, done.left) ? E.left(keyReused(key)) : done
    const dispatched = done.right
    if (isDifferentRequest(commandRequest, dispatched)) return E.left(keyReused(key))
    const last = dispatched.events.at(-1)
    const { version, duplicate, history } = dispatched
    const logPosition =
      last === undefined || history === undefined ? last?.position : { position: last.position, history, id: last.id }
    const waited =
      commandRequest.wait !== undefined && logPosition !== undefined && toAwait !== undefined
        ? await waitingOf(toAwait, awaitedPlace(logPosition, dispatched), commandRequest.wait)()
        : undefined
    if (waited !== undefined && E.isLeft(waited) && isRewound(waited.left)) {
      return E.left({ _tag: 'HandlersNotReached', handlers: toAwait?.handlers ?? [], dispatched, why: waited.left })
    }
    return F.pipe(
      {
        dispatched,
        version,
        duplicate,
        preferenceApplied: waited !== undefined && E.isRight(waited),
        ...(history === undefined ? undefined : { history }),
        ...(logPosition === undefined ? undefined : { position: logPosition }),
      },
      E.right,
    )
  }
