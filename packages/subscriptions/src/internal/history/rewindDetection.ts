import type {
  EventStore,
  HistoryId,
  InvalidInput,
  LogPosition,
  LogRewound,
  LogTail,
  RecordedEvent,
  StoreUnavailable,
} from '@foldlog/core'
import type { EventAnchor } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { EventRef, HandlerRewound } from '../../HandlerRewound.ts'
import { runSafely } from '../async/runSafely.ts'
import type { RecentEvents } from './RecentEvents.ts'

type StorePromise<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

export type VerifiableLog = Pick<EventStore, 'readLog' | 'findEvents'> & Pick<LogTail, 'verify'>

/** How far a partition was handled, as the process that handled it remembers. */
export interface HandledPlace extends LogPosition {
  /** The last events that were handled, in order. */
  readonly recent: ReadonlyArray<EventRef>
}

export const eventRef = ({ position, id, stream, type }: RecordedEvent): EventRef => ({
  position,
  id,
  stream,
  type,
})

/** Sorts events by position and removes duplicates. */
export const inOrder = (events: ReadonlyArray<EventRef>): ReadonlyArray<EventRef> =>
  [...new Map(events.map((event) => [event.id, event])).values()].sort((a, b) => a.position - b.position)

/** The event at a position of the log as it is now. */
const eventAt = async (store: VerifiableLog, position: number): StorePromise<EventRef | null> => {
  const page = await runSafely(store.readLog({ after: position - 1, count: 1 }))
  // Beyond the end there is none.
  if (E.isLeft(page)) return page.left._tag === 'LogRewound' ? E.right(null) : E.left(page.left)
  const [event] = page.right.events
  return E.right(event?.position === position ? eventRef(event) : null)
}

/**
 * The events of this list that the log no longer has at their positions. A transaction that was open at the moment to
 * which the log went back is lost, although later positions are there: the histories do not show that, the ids do.
 */
const findMissing = async (
  store: VerifiableLog,
  events: ReadonlyArray<EventRef>,
): StorePromise<ReadonlyArray<EventRef>> => {
  if (events.length === 0) return E.right([])
  const found = await runSafely(store.findEvents([...new Set(events.map(({ id }) => id))]))
  if (E.isLeft(found)) return found
  const positionOf = new Map(found.right.map(({ id, position }) => [id, position]))
  return E.right(events.filter(({ id, position }) => positionOf.get(id) !== position))
}

/**
 * Lowers the common position to before the first missing event. The histories record where the log was cut off. An
 * event before that may be gone all the same, because its transaction was open at that moment: then less is shared than
 * they record.
 */
const beforeMissing = <R extends Pick<LogRewound, 'common'>>(rewound: R, missing: ReadonlyArray<EventRef>): R => {
  const [first] = missing
  return rewound.common === null || first === undefined
    ? rewound
    : { ...rewound, common: Math.min(rewound.common, first.position - 1) }
}

/**
 * The difference between a place and the log: why the place no longer belongs to it, and which of the recent events are
 * gone.
 */
interface Difference {
  readonly rewound: LogRewound
  readonly missing: ReadonlyArray<EventRef>
}

/** `undefined` when there is no difference. */
const findDifference = async (
  store: VerifiableLog,
  { position, history, recent }: HandledPlace,
): StorePromise<Difference | undefined> => {
  const verified = await runSafely(store.verify({ position, history }))
  if (E.isLeft(verified) && verified.left._tag !== 'LogRewound') return E.left(verified.left)
  const lost = await findMissing(store, recent)
  if (E.isLeft(lost)) return lost
  const missing = lost.right
  const differs = (rewound: LogRewound) => E.right({ rewound: beforeMissing(rewound, missing), missing })
  if (E.isLeft(verified) && verified.left._tag === 'LogRewound') return differs(verified.left)
  const [first] = missing
  if (first === undefined) return E.right(undefined)
  const before = await runSafely(store.verify({ position: first.position, id: first.id, history }))
  if (E.isRight(before)) return E.right(undefined)
  return before.left._tag === 'LogRewound' ? differs(before.left) : E.left(before.left)
}

const handlerRewound = async (
  store: VerifiableLog,
  { rewound: { position, history, current, common }, missing }: Difference,
  recent: ReadonlyArray<EventRef>,
): StorePromise<HandlerRewound> => {
  const handled = missing[0] ?? recent.at(-1) ?? null
  // When no history shows what both logs share, the events that are still there are kept too: `recoverRewound` needs
  // them.
  const lost = common === null ? recent : missing
  const found = handled === null ? E.right(null) : await eventAt(store, handled.position)
  if (E.isLeft(found)) return found
  return E.right({ _tag: 'HandlerRewound', position, history, current, common, handled, found: found.right, lost })
}

/** The reason of a stop, when the log went back before what the handler has handled. */
export const toHandlerRewound = async (
  store: VerifiableLog,
  rewound: LogRewound,
  recent: ReadonlyArray<EventRef>,
): StorePromise<HandlerRewound> => {
  const missing = await findMissing(store, recent)
  if (E.isLeft(missing)) return missing
  return handlerRewound(store, { rewound: beforeMissing(rewound, missing.right), missing: missing.right }, recent)
}

/** Verifies that a position, and what was delivered before it, still belong to this log; a difference is an error. */
export const verifyHistory = async (
  store: VerifiableLog,
  place: LogPosition,
  recent: Pick<RecentEvents, 'events'>,
): Promise<E.Either<InvalidInput | LogRewound | StoreUnavailable, void>> => {
  const difference = await findDifference(store, { ...place, recent: recent.events() })
  if (E.isLeft(difference)) return difference
  return difference.right === undefined ? E.right(undefined) : E.left(difference.right.rewound)
}

/** Why what a handler has handled is no longer part of the log; `undefined` when it is. */
export const verifyHandled = async (
  store: VerifiableLog,
  handled: HandledPlace,
): StorePromise<HandlerRewound | undefined> => {
  const difference = await findDifference(store, handled)
  if (E.isLeft(difference)) return difference
  return difference.right === undefined ? E.right(undefined) : handlerRewound(store, difference.right, handled.recent)
}

/**
 * The same for the stored gaps, which say what is handled beyond a checkpoint. They are stored beside the log. When
 * they do not fit, they did not go back with the log, and neither did the checkpoint: so the stop names no history, and
 * `recoverRewound` sets both back.
 */
export const verifyNote = async (
  store: VerifiableLog,
  note: HandledPlace,
): StorePromise<HandlerRewound | undefined> => {
  const found = await verifyHandled(store, note)
  if (E.isLeft(found) || found.right === undefined) return found
  return E.right({ ...found.right, history: null })
}

/**
 * The same for a checkpoint: it fits when the event at which it was written is still at its position. `found` has the
 * positions of events by their ids.
 */
export const verifyAnchor = async (
  store: VerifiableLog,
  anchor: EventAnchor | null,
  found: ReadonlyMap<string, number>,
  { position, current }: { readonly position: number; readonly current: HistoryId },
): StorePromise<HandlerRewound | undefined> => {
  if (anchor === null || found.get(anchor.id) === anchor.position) return E.right(undefined)
  const known = [{ ...anchor, stream: null, type: null }]
  // The lease may have been granted before the log went back: then the checkpoint does not belong to the present log.
  const verified = await runSafely(store.verify({ position: anchor.position, history: current }))
  if (E.isLeft(verified)) {
    if (verified.left._tag !== 'LogRewound') return E.left(verified.left)
    if (verified.left.current !== current) return toHandlerRewound(store, verified.left, known)
  }
  return toHandlerRewound(store, { _tag: 'LogRewound', position, history: null, current, common: null }, known)
}

/** Maximum number of lost events that a process reports: the last that it has handled. */
export const mostLost = 1_000

/**
 * The same stop with everything that the process remembers, of any partition. The handler stops as a whole, so perhaps
 * no other partition gets to store its own stop.
 */
export const withRemembered = async (
  store: VerifiableLog,
  stop: HandlerRewound,
  remembered: ReadonlyArray<EventRef>,
): StorePromise<HandlerRewound> => {
  const last = inOrder(remembered).slice(-mostLost)
  const missing = await findMissing(store, last)
  if (E.isLeft(missing)) return missing
  const lost = inOrder([...stop.lost, ...(stop.common === null ? last : missing.right)]).slice(-mostLost)
  return E.right({ ...beforeMissing(stop, missing.right), lost })
}

/**
 * The difference between the log and everything that a process has handled, of any partition; `undefined` when there is
 * none.
 */
export const verifyAllHandled = async (
  store: VerifiableLog,
  places: ReadonlyArray<HandledPlace>,
  remembered: ReadonlyArray<EventRef>,
): StorePromise<HandlerRewound | undefined> => {
  for (const place of places) {
    const found = await verifyHandled(store, place)
    if (E.isLeft(found)) return found
    if (found.right !== undefined) return withRemembered(store, found.right, remembered)
  }
  return E.right(undefined)
}
