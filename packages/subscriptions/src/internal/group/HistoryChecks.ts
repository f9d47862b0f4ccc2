import type { Clock, HandlerStore, HistoryId, Logger } from '@foldlog/core'
import type { HandlerRef, HeartbeatAnswer, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { type EventRef, HandlerRewound } from '../../HandlerRewound.ts'
import type { HandledHistory } from '../history/HandledHistory.ts'
import { type VerifiableLog, verifyHandled, withRemembered } from '../history/rewindDetection.ts'
import type { Partition } from '../partition/Partition.ts'
import { addLostEvents } from './addLostEvents.ts'
import type { KnownStop } from './KnownStop.ts'

/**
 * Compares what this process has handled with the log, and with the stops that are stored because the log went back: no
 * other process knows these events.
 */
export interface HistoryChecks {
  /** Verifies what this process has handled of partitions that it does not have. */
  readonly verify: (history: HistoryId) => void
  /** Adds lost events to the stored stops, under a lease that no partition works on. */
  readonly compareUnder: (answer: HeartbeatAnswer) => void
  /** The lease under which the stored stops are compared. */
  readonly lease: () => Lease | undefined
}

export interface HistoryChecksOptions {
  readonly ref: HandlerRef
  /** The name of this process in the group. */
  readonly member: string
  readonly store: Pick<HandlerStore, 'listDocuments' | 'commit'> & VerifiableLog
  readonly logger: Logger
  readonly clock: Clock
  readonly stop: KnownStop
  readonly handled: HandledHistory
  readonly assigned: ReadonlyMap<number, Partition>
  /** The last events that this process has handled, of any partition. */
  readonly remembered: () => ReadonlyArray<EventRef>
  /** Takes a lease of the answer that was not worked on before. */
  readonly takeLease: (answer: HeartbeatAnswer) => Lease | undefined
  readonly release: (lease: Lease) => Promise<void>
  readonly requestHeartbeat: () => void
  /** Waits, before the end of the process, for work that was begun. */
  readonly track: (work: Promise<void>) => void
}

export const makeHistoryChecks = (options: HistoryChecksOptions): HistoryChecks => {
  const { ref, store, logger, clock, stop, handled, assigned, remembered, release, track } = options
  const facts = { handler: ref.name, generation: ref.generation }
  let verifying = false
  let comparing: Lease | undefined

  /** Without a partition the process has no lease under which it could stop the handler: it only reports the stop. */
  const verifyAlone = async (history: HistoryId): Promise<void> => {
    if (verifying || stop.isUnstored()) return
    verifying = true
    for (const [partition, place] of handled.unverified(history)) {
      const found = await verifyHandled(store, place)
      // The next heartbeat tries again.
      if (E.isLeft(found)) break
      if (found.right === undefined) {
        handled.fits(partition, place, history)
        continue
      }
      const whole = await withRemembered(store, found.right, remembered())
      // Meanwhile it has got a partition, or the handler was stopped: the lost events are written there.
      if (E.isLeft(whole) || stop.isStopped() || assigned.size > 0) break
      const { position, lost } = whole.right
      const reason = HandlerRewound.describe(whole.right)
      stop.reportUnstored({ partition, position, reason, since: clock() })
      const what = 'this process has handled lost events, and stops the handler when it gets a partition of it'
      logger.error(what, { ...facts, position, why: reason, lost })
      break
    }
    verifying = false
  }

  const compare = async (lease: Lease): Promise<void> => {
    comparing = lease
    const added = await addLostEvents(store, clock, lease, handled, options.member)
    comparing = undefined
    // What the store rejects now, it rejects again.
    const isCompared = E.isLeft(added) ? added.left._tag === 'InvalidInput' : added.right._tag === 'compared'
    if (isCompared) stop.onCompared()
    if (E.isLeft(added)) {
      logger.warn('the lost events that were handled here cannot be added to the stop', { ...facts, why: added.left })
    } else if (added.right._tag === 'compared' && added.right.added > 0) {
      const { added: lost } = added.right
      logger.warn('lost events that were handled here are added to the stop', { ...facts, lost })
    }
    await release(lease)
    if (isCompared) options.requestHeartbeat()
  }

  return {
    /**
     * When the log goes back, leases go back too, and the members that own them now do not know what was handled here.
     * So any partition that is open here verifies it, once in each history.
     */
    verify: (history) => {
      const [first] = assigned.values()
      if (first === undefined) {
        track(verifyAlone(history))
        return
      }
      for (const [partition, place] of handled.unverified(history)) {
        if (!assigned.has(partition)) first.verify(place, () => handled.fits(partition, place, history))
      }
    },
    compareUnder: (answer) => {
      if (comparing !== undefined) return
      const lease = options.takeLease(answer)
      if (lease !== undefined) track(compare(lease))
    },
    lease: () => comparing,
  }
}
