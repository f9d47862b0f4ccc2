import type { HandlerStore, StoreInspection } from '@foldlog/core'
import {
  type DocumentRef,
  type HandlerDocument,
  rejectInput,
  type StoreTask,
  type TimerQuery,
} from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { runSafely } from './internal/async/runSafely.ts'
import { TimerAction } from './internal/handlers/TimerAction.ts'
import { TimerData } from './internal/handlers/TimerData.ts'

/**
 * A timer of a process manager that is not due yet, or that its owner has not fired yet: the key of its process, its
 * name, and when it is due. `requestedAction` is an action that was requested and is not done yet; the timer is due at
 * once then, so that its owner finds it.
 *
 * @category model
 * @since 0.1.0
 */
export interface PendingTimer {
  readonly document: DocumentRef
  readonly process: string
  readonly timer: string
  readonly due: Date
  readonly requestedAction: string | null
}

/**
 * A page of timers. `next` is the cursor of the next page; it is absent when there is none.
 *
 * @category model
 * @since 0.1.0
 */
export interface PendingTimerPage {
  readonly timers: ReadonlyArray<PendingTimer>
  readonly next?: TimerQuery['after'] | undefined
}

const timersOf = ({
  name,
  generation,
  kind,
  key,
  due,
  data,
  requestedAction,
}: HandlerDocument): ReadonlyArray<PendingTimer> => {
  const decoded = TimerData.decode(data)
  return E.isLeft(decoded) || due === null
    ? []
    : [{ document: { name, generation, kind, key }, ...decoded.right, due, requestedAction }]
}

/**
 * Returns a page of the pending timers of a process manager, the first that is due first.
 *
 * @category destructors
 * @since 0.1.0
 */
const page =
  (store: Pick<StoreInspection, 'listTimers'>, query: TimerQuery): StoreTask<PendingTimerPage> =>
  async () => {
    const found = await runSafely(store.listTimers(query))
    if (E.isLeft(found)) return found
    const { documents, end } = found.right
    const last = documents.at(-1)
    const timers = documents.flatMap(timersOf)
    return E.right(end || last?.due == null ? { timers } : { timers, next: { due: last.due, key: last.key } })
  }

/**
 * Requests that a timer is due at another time. Returns whether the timer was still pending. The owner of its partition
 * does it soon, or as soon as the partition has an owner.
 *
 * @category combinators
 * @since 0.1.0
 */
const move = (
  store: Pick<HandlerStore, 'requestAction'>,
  { document }: Pick<PendingTimer, 'document'>,
  at: Date,
): StoreTask<boolean> =>
  Number.isSafeInteger(Number(at))
    ? store.requestAction(document, TimerAction.move(at))
    : TE.fromEither(rejectInput('at', 'must be a valid date'))

/**
 * Requests that a timer fires now. Its process gets the time of the request as the time at which it was due. Returns
 * whether the timer was still pending.
 *
 * @category combinators
 * @since 0.1.0
 */
const fire = (
  store: Pick<HandlerStore, 'requestAction'>,
  { document }: Pick<PendingTimer, 'document'>,
): StoreTask<boolean> => store.requestAction(document, TimerAction.fire)

/**
 * Functions on {@link PendingTimer}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const PendingTimer = { page, move, fire } as const
