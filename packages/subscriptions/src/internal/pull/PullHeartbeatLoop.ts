import type { HandlerRef, HandlerStore, HistoryId, Json, Lease, StoreUnavailable } from '@foldlog/core'
import { either as E, type io as IO } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { makeWakeSignal } from '../async/WakeSignal.ts'

/** The time in which somebody holds the one partition of a handler, or waits until it is free. */
export interface PullHeartbeatLoop {
  /** Whether the lease is surely ours: a heartbeat came through within its time. */
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
   * The lease as the store has it after a heartbeat, and the history that its position is in; `undefined` when another
   * member has it.
   */
  readonly onHeartbeatAnswer: (held: HeldLease | undefined) => void
  /** Called when the store does not know the handler any more. */
  readonly onRegistrationLost: () => void
  readonly onFailed: (why: StoreUnavailable) => void
}

/** No beat is sooner after another than this, in milliseconds. */
const minInterval = 20

/** Begins at once, beating three times in the time of a lease. Leaves the group when it is stopped, and gives up what it holds by that. */
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
  /** By a clock that does not jump: a lease begins when the store is reached, which is not before it was asked. */
  let leaseValidUntil = 0
  /** Milliseconds until the next beat: three in the time of a lease, and one when the lease of another runs out. */
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
      // Should it not be heard, the lease expires.
      if (E.isRight(left)) await runSafely(store.release(left.right.flatMap(({ leases }) => leases)))
    },
  }
}
