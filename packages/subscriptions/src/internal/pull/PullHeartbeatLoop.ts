import type { HandlerStore, HistoryId, Json, StoreUnavailable } from '@foldlog/core'
import type { HandlerRef, Lease } from '@foldlog/core/store'
import { either as E, type io as IO } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { makeWakeSignal } from '../async/WakeSignal.ts'

/** Holds the lease of a handler's only partition, or waits for it. */
export interface PullHeartbeatLoop {
  /** Whether the lease is valid: a heartbeat succeeded within the last `leaseTime`. */
  readonly isLeaseValid: () => boolean
  readonly stop: () => Promise<void>
}

export interface HeldLease {
  readonly lease: Lease
  readonly history: HistoryId
}

export interface PullHeartbeatLoopOptions {
  readonly store: Pick<HandlerStore, 'heartbeat' | 'release'>
  readonly ref: HandlerRef
  readonly member: string
  readonly leaseTime: number
  readonly report: IO.IO<Json>
  /**
   * Called after a heartbeat with the lease as the store has it, and the history to which its position belongs; with
   * `undefined` when another member has it.
   */
  readonly onHeartbeatAnswer: (held: HeldLease | undefined) => void
  /** Called when the store no longer knows the handler. */
  readonly onRegistrationLost: () => void
  readonly onFailed: (why: StoreUnavailable) => void
}

/** Minimum delay between two heartbeats, in milliseconds. */
const minInterval = 20

/** Starts at once; sends three heartbeats per lease. `stop` leaves the group and releases the lease. */
export const makePullHeartbeatLoop = ({
  store,
  ref,
  member,
  leaseTime,
  report,
  onHeartbeatAnswer,
  onRegistrationLost,
  onFailed,
}: PullHeartbeatLoopOptions): PullHeartbeatLoop => {
  const wakeSignal = makeWakeSignal()
  let stopped = false
  /** By the monotonic clock, from the moment of sending: the store's lease cannot have started earlier. */
  let leaseValidUntil = 0
  /**
   * Milliseconds until the next heartbeat: a third of a lease, or less when the lease of another member expires sooner.
   */
  let interval = leaseTime / 3

  const heartbeat = (capacity: number) =>
    runSafely(store.heartbeat([{ ...ref, member, leaseTime, capacity, report: report() }]))

  const run = async (): Promise<void> => {
    while (!stopped) {
      const sentAt = performance.now()
      const answer = await heartbeat(1)
      if (stopped) return
      if (E.isLeft(answer)) {
        if (answer.left._tag === 'StoreUnavailable') onFailed(answer.left)
      } else {
        leaseValidUntil = sentAt + leaseTime
        interval = Math.min(leaseTime / 3, Math.max(minInterval, answer.right[0]?.nextHeartbeatIn ?? leaseTime))
        const [first] = answer.right
        const [lease] = first?.leases ?? []
        onHeartbeatAnswer(lease === undefined || first === undefined ? undefined : { lease, history: first.history })
        if (first?.known === false) onRegistrationLost()
      }
      await wakeSignal.wait(interval)
    }
  }

  const running = run()

  return {
    isLeaseValid: () => performance.now() < leaseValidUntil,
    stop: async () => {
      stopped = true
      wakeSignal.notify()
      await running
      if (leaseValidUntil === 0) return
      const left = await heartbeat(0)
      // If this fails, the lease expires.
      if (E.isRight(left)) await runSafely(store.release(left.right.flatMap(({ leases }) => leases)))
    },
  }
}
