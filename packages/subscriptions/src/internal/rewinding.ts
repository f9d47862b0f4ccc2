import type {
  EventAnchor,
  EventStore,
  HistoryId,
  InvalidInput,
  LogPlace,
  LogRewound,
  LogTail,
  RecordedEvent,
  StoreUnavailable,
} from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { HandlerRewound, KnownEvent } from '../HandlerRewound.ts'
import { ask } from './asking.ts'

type Asked<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

export type VerifiedLog = Pick<EventStore, 'readLog' | 'findEvents'> & Pick<LogTail, 'verify'>

/** How far a partition was handled, as the process that handled it remembers. */
export interface HandledPlace extends LogPlace {
  /** The last events that were handled, in order. */
  readonly recent: ReadonlyArray<KnownEvent>
}

export const knownEvent = ({ position, id, stream, type }: RecordedEvent): KnownEvent => ({
  position,
  id,
  stream,
  type,
})

/** The event at a position of the log as it is now. */
const eventAt = async (store: VerifiedLog, position: number): Asked<KnownEvent | null> => {
  const page = await ask(store.readLog({ after: position - 1, count: 1 }))
  // Beyond the end there is none.
  if (E.isLeft(page)) return page.left._tag === 'LogRewound' ? E.right(null) : E.left(page.left)
  const [event] = page.right.events
  return E.right(event?.position === position ? knownEvent(event) : null)
}

/**
 * Those of these events that the log does not have where they were. A transaction that was open at the moment to which the log went back is lost, though later
 * positions are there: no history tells of it, the ids do.
 */
const goneFrom = async (store: VerifiedLog, events: ReadonlyArray<KnownEvent>): Asked<ReadonlyArray<KnownEvent>> => {
  if (events.length === 0) return E.right([])
  const found = await ask(store.findEvents([...new Set(events.map(({ id }) => id))]))
  if (E.isLeft(found)) return found
  const here = new Map(found.right.map(({ id, position }) => [id, position]))
  return E.right(events.filter(({ id, position }) => here.get(id) !== position))
}

/** What a handler stops with, when the log was rewound behind what it has handled. */
export const rewoundBy = async (
  store: VerifiedLog,
  { position, history, current, common }: LogRewound,
  recent: ReadonlyArray<KnownEvent>,
): Asked<HandlerRewound> => {
  const gone = await goneFrom(
    store,
    recent.filter((event) => event.position > (common ?? 0)),
  )
  if (E.isLeft(gone)) return gone
  const handled = gone.right[0] ?? recent.at(-1) ?? null
  // When no history tells what both share, those that are not gone are kept too: `recoverRewound` finds it out by them.
  const lost = common === null ? recent : gone.right
  const found = handled === null ? E.right(null) : await eventAt(store, handled.position)
  if (E.isLeft(found)) return found
  return E.right({ _tag: 'HandlerRewound', position, history, current, common, handled, found: found.right, lost })
}

/** Why a place is none of the log any more, or why not all is there that was read before it; `undefined` when all is well. */
export const rewoundSince = async (
  store: VerifiedLog,
  { position, history, recent }: HandledPlace,
): Asked<LogRewound | undefined> => {
  const verified = await ask(store.verify({ position, history }))
  if (E.isLeft(verified)) return verified.left._tag === 'LogRewound' ? E.right(verified.left) : E.left(verified.left)
  const gone = await goneFrom(store, recent)
  if (E.isLeft(gone)) return gone
  const [first] = gone.right
  if (first === undefined) return E.right(undefined)
  const before = await ask(store.verify({ position: first.position, id: first.id, history }))
  if (E.isRight(before)) return E.right(undefined)
  return before.left._tag === 'LogRewound' ? E.right(before.left) : E.left(before.left)
}

/** The same of what a handler has handled. */
export const verifyHandled = async (store: VerifiedLog, handled: HandledPlace): Asked<HandlerRewound | undefined> => {
  const rewound = await rewoundSince(store, handled)
  if (E.isLeft(rewound) || rewound.right === undefined) return E.isLeft(rewound) ? rewound : E.right(undefined)
  return rewoundBy(store, rewound.right, handled.recent)
}

/** The same for a checkpoint: the event that it was written at is where it was; `found` has the positions of events by their ids. */
export const verifyAnchor = async (
  store: VerifiedLog,
  anchor: EventAnchor | null,
  found: ReadonlyMap<string, number>,
  { position, current }: { readonly position: number; readonly current: HistoryId },
): Asked<HandlerRewound | undefined> => {
  if (anchor === null || found.get(anchor.id) === anchor.position) return E.right(undefined)
  const rewound: LogRewound = { _tag: 'LogRewound', position, history: null, current, common: null }
  return rewoundBy(store, rewound, [{ ...anchor, stream: null, type: null }])
}
