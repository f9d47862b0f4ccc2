import type { HistoryId, InvalidInput, LogPosition, LogRewound, RecordedEvent, StoreUnavailable } from '@foldlog/core'
import type { Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { EventRef, HandlerRewound } from '../../HandlerRewound.ts'
import { makeRecentEvents } from './RecentEvents.ts'
import {
  type HandledPlace,
  inOrder,
  mostLost,
  toHandlerRewound,
  type VerifiableLog,
  verifyHandled,
  verifyNote,
  withRemembered,
} from './rewindDetection.ts'

export interface PartitionLogOptions {
  readonly lease: Lease
  /** The history of the log to which the position of the lease belongs. */
  readonly history: HistoryId
  readonly store: VerifiableLog
  /** How far this process has handled the partition before, when the log may have gone back since. */
  readonly previous: HandledPlace | undefined
  /** The last events of the partition that this process has handled under earlier leases, in order. */
  readonly earlier: ReadonlyArray<EventRef>
  /** The last events that this process has handled, of any partition, in any order. */
  readonly remembered: () => ReadonlyArray<EventRef>
}

export type PartitionLog = ReturnType<typeof makePartitionLog>

/** Why the log does not have what was handled; `undefined` when it does. */
type Verified = E.Either<InvalidInput | StoreUnavailable, HandlerRewound | undefined>

const fits = (found: Verified): boolean => E.isRight(found) && found.right === undefined

/** What a partition has got from the log and handled, in which history, and whether the log still has it. */
export const makePartitionLog = ({ lease, store, previous, earlier, remembered, history }: PartitionLogOptions) => {
  let place: LogPosition = { position: lease.position, history }
  const recent = makeRecentEvents()
  /** Whether the log is verified to have what this process has handled before. */
  let verified = previous === undefined

  /**
   * The partition may have been owned by another member in between: what was handled here before that can be lost too.
   */
  const lastHandled = (): ReadonlyArray<EventRef> =>
    earlier.length === 0 ? recent.events() : inOrder([...earlier, ...recent.events()]).slice(-mostLost)

  const addOtherPartitions = async (found: Verified): Promise<Verified> =>
    E.isLeft(found) || found.right === undefined ? found : withRemembered(store, found.right, remembered())

  const verify = async (handled: HandledPlace): Promise<Verified> =>
    addOtherPartitions(await verifyHandled(store, handled))

  /** Verifies a position in the history from which the partition got its events. */
  const verifyPosition = (position: number): Promise<Verified> =>
    verify({ position, history: place.history, recent: lastHandled() })

  const verifyBefore = async (
    byCheckpoint: HandlerRewound | undefined,
    gaps: HandledPlace | undefined,
  ): Promise<Verified> => {
    if (byCheckpoint !== undefined) return addOtherPartitions(E.right(byCheckpoint))
    const before = previous === undefined ? E.right(undefined) : await verify(previous)
    return fits(before) && gaps !== undefined ? addOtherPartitions(await verifyNote(store, gaps)) : before
  }

  return {
    /** Everything up to here has been fed, in this history. */
    place: (): LogPosition => place,
    feed: (upTo: number, fedIn: HistoryId): void => {
      place = { position: Math.max(place.position, upTo), history: fedIn }
    },
    /** Adds events whose effects are done. */
    addHandled: (deliveries: ReadonlyArray<{ readonly event: RecordedEvent }>): void => {
      for (const { event } of deliveries) recent.add(event)
    },
    lastUpTo: recent.lastUpTo,
    /** How far the log was handled, at least up to `position`; before it is opened, how far it was handled before. */
    handledTo: (position: number): HandledPlace => {
      if (!verified && previous !== undefined) return previous
      // Includes events that were handled and not committed, because the partition was lost: their effects are done.
      const last = recent.lastUpTo(Number.POSITIVE_INFINITY)?.position ?? 0
      return { position: Math.max(position, last), history: place.history, recent: lastHandled() }
    },
    verify,
    verifyPosition,
    /** Before the partition is opened: verifies the checkpoint, what this process remembers, and the stored gaps. */
    open: async (byCheckpoint: HandlerRewound | undefined, gaps: HandledPlace | undefined): Promise<Verified> => {
      const found = await verifyBefore(byCheckpoint, gaps)
      verified ||= fits(found)
      return found
    },
    /** Verifies that a history has all events that the partition got, and follows it from now on. */
    follow: async (next: HistoryId): Promise<Verified> => {
      const found = next === place.history ? E.right(undefined) : await verifyPosition(place.position)
      if (fits(found)) place = { ...place, history: next }
      return found
    },
    rewoundBy: async (why: LogRewound): Promise<Verified> =>
      addOtherPartitions(await toHandlerRewound(store, why, lastHandled())),
  }
}
