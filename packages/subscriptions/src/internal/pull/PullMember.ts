import { EventId, type HandlerStore } from '@foldlog/core'
import type { HandlerRef } from '@foldlog/core/store'
import type { RegistrationLost } from '../../RegistrationLost.ts'
import { runSafely } from '../async/runSafely.ts'
import { type Member, makeHeartbeatLoop } from '../membership/HeartbeatLoop.ts'
import { registrationLost } from '../membership/registrationLost.ts'
import { type LeasePeriod, startPeriod } from './LeasePeriod.ts'
import type { PullLog } from './PullLog.ts'

/** This process in the group of a pull subscription, whose only partition it has, or waits for. */
export interface PullMember {
  /** The lease and what was done under it, as far as the store has said. */
  readonly period: () => LeasePeriod | undefined
  readonly isLeaseValid: () => boolean
  /** Why the subscription ends, when the store no longer knows it. */
  readonly registrationLost: () => RegistrationLost | undefined
  readonly onDelivered: () => void
  readonly onCommitted: (position: number) => void
  /** Ends a period, when another member has the lease. The next heartbeat returns it when it is ours again. */
  readonly endPeriod: (own: LeasePeriod) => void
  /** Ends the period, leaves the group, and releases the lease. */
  readonly leave: () => Promise<void>
}

export interface PullMemberOptions {
  readonly store: Pick<HandlerStore, 'heartbeat' | 'release'>
  readonly ref: HandlerRef
  readonly leaseTime: number
  readonly log: PullLog
  /** Called after each answered heartbeat. */
  readonly onHeartbeat: () => void
}

export const makePullMember = ({ store, ref, leaseTime, log, onHeartbeat }: PullMemberOptions): PullMember => {
  let period: LeasePeriod | undefined
  let handled = 0
  let isLost = false
  /** The last known checkpoint. */
  let checkpoint: number | null = null

  const begin = (next: LeasePeriod | undefined): void => {
    if (period !== undefined) log.lost(period)
    period = next
    if (next !== undefined) log.takenOver(next)
  }

  const self: Member = {
    ref,
    heartbeat: (member, time) => ({
      ...ref,
      member,
      leaseTime: time,
      capacity: 1,
      report: { state: period === undefined ? 'waiting' : 'running', handled, rate: 0 },
    }),
    onHeartbeatAnswer: ({ leases: [lease], known, history }) => {
      // Our own commits are newer than the answer of the store.
      if (lease?.epoch !== period?.lease.epoch) begin(lease && startPeriod(lease, history))
      if (lease !== undefined) checkpoint = Math.max(lease.position, checkpoint ?? 0)
      isLost ||= !known
      onHeartbeat()
    },
  }
  const heartbeats = makeHeartbeatLoop({
    store,
    member: EventId.source({ now: Date.now, random: Math.random })(),
    leaseTime,
    members: () => [self],
    logger: log.logger,
  })
  heartbeats.start()

  return {
    period: () => period,
    isLeaseValid: heartbeats.isLeaseValid,
    registrationLost: () => (isLost ? registrationLost(ref, checkpoint) : undefined),
    onDelivered: () => {
      handled++
    },
    onCommitted: (position) => {
      checkpoint = position
    },
    endPeriod: (own) => {
      if (period === own) begin(undefined)
    },
    leave: async () => {
      period = undefined
      await heartbeats.stop()
      const leases = await heartbeats.leave([self])
      // If this fails, the lease expires.
      if (leases.length > 0) await runSafely(store.release(leases))
    },
  }
}
