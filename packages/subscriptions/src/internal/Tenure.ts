import type { HandlerRef, HandlerStore, HistoryId, Json, Lease, StoreUnavailable } from '@foldlog/core'
import { either as E, type io as IO } from 'fp-ts'
import { ask } from './asking.ts'
import { makeBell } from './Bell.ts'

/** The time in which somebody holds the one partition of a handler, or waits until it is free. */
export interface Tenure {
  /** Whether the lease is surely ours: a heartbeat came through within its time. */
  readonly safe: () => boolean
  readonly stop: () => Promise<void>
}

export interface HeldLease {
  readonly lease: Lease
  readonly history: HistoryId
}

export interface TenureOptions {
  readonly store: Pick<HandlerStore, 'heartbeat' | 'release'>
  readonly ref: HandlerRef
  readonly member: string
  readonly leaseTime: number
  readonly report: IO.IO<Json>
  /**
   * The lease as the store has it after a heartbeat, and the history that its position is in; `undefined` when another
   * member has it.
   */
  readonly answered: (held: HeldLease | undefined) => void
  /** Called when the store does not know the handler any more. */
  readonly lost: () => void
  readonly failed: (why: StoreUnavailable) => void
}

/** No beat is sooner after another than this, in milliseconds. */
const soonest = 20

/** Begins at once, beating three times in the time of a lease. Leaves the group when it is stopped, and gives up what it holds by that. */
export const makeTenure = ({
  store,
  ref,
  member,
  leaseTime,
  report,
  answered,
  lost,
  failed,
}: TenureOptions): Tenure => {
  const bell = makeBell()
  let stopped = false
  /** By a clock that does not jump: a lease begins when the store is reached, which is not before it was asked. */
  let safeUntil = 0
  /** Milliseconds until the next beat: three in the time of a lease, and one when the lease of another runs out. */
  let pause = leaseTime / 3

  const beat = (capacity: number) => ask(store.heartbeat([{ ...ref, member, leaseTime, capacity, report: report() }]))

  const run = async (): Promise<void> => {
    while (!stopped) {
      const asked = performance.now()
      const answer = await beat(1)
      if (stopped) return
      if (E.isLeft(answer)) {
        if (answer.left._tag === 'StoreUnavailable') failed(answer.left)
      } else {
        safeUntil = asked + leaseTime
        pause = Math.min(leaseTime / 3, Math.max(soonest, answer.right[0]?.again ?? leaseTime))
        const [first] = answer.right
        const [lease] = first?.leases ?? []
        answered(lease === undefined || first === undefined ? undefined : { lease, history: first.history })
        if (first?.known === false) lost()
      }
      await bell.wait(pause)
    }
  }

  const running = run()

  return {
    safe: () => performance.now() < safeUntil,
    stop: async () => {
      stopped = true
      bell.ring()
      await running
      if (safeUntil === 0) return
      const left = await beat(0)
      // Should it not be heard, the lease expires.
      if (E.isRight(left)) await ask(store.release(left.right.flatMap(({ leases }) => leases)))
    },
  }
}
