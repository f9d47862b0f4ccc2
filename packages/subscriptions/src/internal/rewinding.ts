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

type Log = Pick<EventStore, 'readLog'> & Pick<LogTail, 'verify'>

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
const eventAt = async (store: Log, position: number): Asked<KnownEvent | null> => {
  const page = await ask(store.readLog({ after: position - 1, count: 1 }))
  // Beyond the end there is none.
  if (E.isLeft(page)) return page.left._tag === 'LogRewound' ? E.right(null) : E.left(page.left)
  const [event] = page.right.events
  return E.right(event?.position === position ? knownEvent(event) : null)
}

/** What a handler stops with, when the log was rewound behind what it has handled. */
export const rewoundBy = async (
  store: Log,
  { position, history, current, common }: LogRewound,
  recent: ReadonlyArray<KnownEvent>,
): Asked<HandlerRewound> => {
  const handled = recent.at(-1) ?? null
  const found = handled === null ? E.right(null) : await eventAt(store, handled.position)
  if (E.isLeft(found)) return found
  const lost = recent.filter((event) => event.position > (common ?? 0))
  return E.right({ _tag: 'HandlerRewound', position, history, current, common, handled, found: found.right, lost })
}

/** Whether a place that was handled is still one of the log; `undefined` when it is. */
export const verifyHandled = async (
  store: Log,
  { position, history, recent }: HandledPlace,
): Asked<HandlerRewound | undefined> => {
  const verified = await ask(store.verify({ position, history }))
  if (E.isRight(verified)) return E.right(undefined)
  return verified.left._tag === 'LogRewound' ? rewoundBy(store, verified.left, recent) : E.left(verified.left)
}

/** The same for a checkpoint: the event that it was written at is where it was; `found` has the positions of events by their ids. */
export const verifyAnchor = async (
  store: Log,
  anchor: EventAnchor | null,
  found: ReadonlyMap<string, number>,
  { position, current }: { readonly position: number; readonly current: HistoryId },
): Asked<HandlerRewound | undefined> => {
  if (anchor === null || found.get(anchor.id) === anchor.position) return E.right(undefined)
  const rewound: LogRewound = { _tag: 'LogRewound', position, history: null, current, common: null }
  return rewoundBy(store, rewound, [{ ...anchor, stream: null, type: null }])
}
