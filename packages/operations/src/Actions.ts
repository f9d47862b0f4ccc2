import type { HandlerRemoval } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { HandlerStop, ParkedEvent, PendingTimer } from '@foldlog/subscriptions'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { OperationError } from './OperationError.ts'
import { OperationLog, type OperationReason } from './OperationLog.ts'

/**
 * Which parked events an action is about: one position, one lane, one type, or, when nothing is named, the first of
 * each lane for a retry, and all of them for a discard. `generation` is the serving one when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface ParkedSelection {
  readonly position?: number | undefined
  readonly lane?: string | undefined
  readonly type?: string | undefined
  readonly generation?: number | undefined
}

/**
 * The actions on a store. Each is written down as events, with who requested it and why; see {@link OperationLog}.
 *
 * @category model
 * @since 0.1.0
 */
export interface Actions {
  /** Requests a retry of parked events. Returns how many were still parked. */
  readonly retry: (handler: string, selection?: ParkedSelection) => TE.TaskEither<OperationError, number>
  /** Requests that parked events are discarded for good. Returns how many were still parked. */
  readonly discard: (handler: string, selection: ParkedSelection) => TE.TaskEither<OperationError, number>
  /** Lets a stopped handler go on. Returns whether it was stopped. */
  readonly resume: (handler: string) => TE.TaskEither<OperationError, boolean>
  /** Removes a handler that no process runs. */
  readonly remove: (handler: string) => TE.TaskEither<OperationError, HandlerRemoval>
  /** Gives a handler that no process runs another name. */
  readonly rename: (handler: string, newName: string) => TE.TaskEither<OperationError, void>
  /** Requests that a timer fires now. Returns whether it was still pending. */
  readonly fireTimer: (timer: Pick<PendingTimer, 'document'>) => TE.TaskEither<OperationError, boolean>
  /** Requests that a timer is due at another time. Returns whether it was still pending. */
  readonly moveTimer: (timer: Pick<PendingTimer, 'document'>, at: Date) => TE.TaskEither<OperationError, boolean>
  /** Rebuilds a projection, by `run`: `operations.rebuild` of an application that has it. */
  readonly rebuild: <Err extends OperationError>(
    handler: string,
    run: TE.TaskEither<Err, void>,
  ) => TE.TaskEither<OperationError | Err, void>
}

/** What is stored is JSON, which has no `undefined`. */
const namedParts = (selection: ParkedSelection): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(selection).filter(([, part]) => part !== undefined))

const isSelected =
  ({ position, lane, type }: ParkedSelection) =>
  (one: ParkedEvent): boolean =>
    (position === undefined || one.position === position) &&
    (lane === undefined || one.lane === lane) &&
    (type === undefined || one.type === type)

/** The parked events of a selection, in the order of lanes and, within a lane, of the log. */
const select = async (
  store: OperatedStore,
  handler: string,
  selection: ParkedSelection,
): Promise<E.Either<OperationError, ReadonlyArray<ParkedEvent>>> => {
  const found: Array<ParkedEvent> = []
  for (let after: string | undefined; ; ) {
    const page = await ParkedEvent.page(store, handler, { generation: selection.generation, after })()
    if (E.isLeft(page)) return page
    found.push(...page.right.events.filter(isSelected(selection)))
    after = page.right.next
    if (after === undefined) break
  }
  return found.length === 0
    ? rejectInput('handler', `${JSON.stringify(handler)} has no such parked event`)
    : E.right(found)
}

const requestAll =
  (
    store: OperatedStore,
    handler: string,
    selection: ParkedSelection,
    request: (store: OperatedStore, one: ParkedEvent) => ReturnType<typeof ParkedEvent.retry>,
    pick: (all: ReadonlyArray<ParkedEvent>) => ReadonlyArray<ParkedEvent>,
  ): TE.TaskEither<OperationError, number> =>
  async () => {
    const found = await select(store, handler, selection)
    if (E.isLeft(found)) return found
    const positions = new Set<string>()
    for (const one of pick(found.right)) {
      const requested = await request(store, one)()
      if (E.isLeft(requested)) return requested
      // An event with unknown lanes is parked in each partition, and counts once.
      if (requested.right) positions.add(one.input === 'event' ? `${one.position}` : one.document.key)
    }
    return E.right(positions.size)
  }

/**
 * The actions on a store by a person. `by` and `why` are stored with each of them.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeActions = (store: OperatedStore, reason: OperationReason): Actions => {
  const perform = OperationLog.perform(store, reason)
  const requested = (count: number): string => `requested for ${count}`
  const isDone = (word: string, otherwise: string) => (done: boolean) => (done ? word : otherwise)
  return {
    retry: (handler, selection = {}) =>
      perform({
        action: 'retry',
        handler,
        details: namedParts(selection),
        run: requestAll(store, handler, selection, ParkedEvent.retry, (all) =>
          // A retry of the first event of a lane retries those behind it too.
          Object.keys(namedParts(selection)).length === 0 ? all.filter(({ behind }) => !behind) : all,
        ),
        outcome: requested,
      }),
    discard: (handler, selection) =>
      perform({
        action: 'discard',
        handler,
        details: namedParts(selection),
        // To discard a whole lane, one begins with its last event.
        run: requestAll(store, handler, selection, ParkedEvent.discard, (all) => all.toReversed()),
        outcome: requested,
      }),
    resume: (handler) =>
      perform({
        action: 'resume',
        handler,
        run: HandlerStop.resume(store, handler),
        outcome: isDone('resumed', 'was not stopped'),
      }),
    remove: (handler) =>
      perform({
        action: 'remove',
        handler,
        run: store.remove(handler),
        outcome: ({ generations }) => `removed generations ${generations.join(', ')}`,
      }),
    rename: (handler, newName) =>
      perform({
        action: 'rename',
        handler,
        subject: newName,
        run: store.rename(handler, newName),
        outcome: () => 'renamed',
      }),
    fireTimer: (timer) =>
      perform({
        action: 'fire timer',
        handler: timer.document.name,
        subject: JSON.stringify(timer.document.key),
        run: PendingTimer.fire(store, timer),
        outcome: isDone('requested', 'was not pending'),
      }),
    moveTimer: (timer, at) =>
      perform({
        action: 'move timer',
        handler: timer.document.name,
        subject: JSON.stringify(timer.document.key),
        details: { at: Number(at) },
        run: PendingTimer.move(store, timer, at),
        outcome: isDone('requested', 'was not pending'),
      }),
    rebuild: (handler, run) => perform({ action: 'rebuild', handler, run, outcome: () => 'requested' }),
  }
}
