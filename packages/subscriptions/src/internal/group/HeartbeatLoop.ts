import { describeUnknown, type HandlerStore, type Logger } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { runSafely } from '../async/runSafely.ts'
import { withTimeout } from '../async/storeDeadlines.ts'
import { makeWakeSignal } from '../async/WakeSignal.ts'
import type { GroupMember } from './GroupMember.ts'

/**
 * Says that this process lives, for all of its handlers in one statement: three times in the time of a lease, and at the moment at which a lease of another runs
 * out that nobody renews.
 */
export interface HeartbeatLoop {
  /** `afterEach` is what else is to be done after every beat; no beat waits for it. */
  readonly start: (afterEach: () => Promise<void>) => void
  readonly requestHeartbeat: () => void
  /** Whether all leases are surely ours: a heartbeat came through within the time of a lease. */
  readonly isLeaseValid: () => boolean
  /** Ends the beats. What is held is held until it expires, or is given up. */
  readonly stop: () => Promise<void>
  /** Says that this process leaves, so that the others need not wait for it to be forgotten. */
  readonly leave: (members: ReadonlyArray<GroupMember>) => Promise<void>
}

export interface HeartbeatLoopOptions {
  readonly store: Pick<HandlerStore, 'heartbeat'>
  readonly member: string
  readonly leaseTime: number
  readonly members: () => ReadonlyArray<GroupMember>
  readonly logger: Logger
}

/** No beat that others give reason for is sooner after another than this, in milliseconds. */
const minInterval = 20

export const makeHeartbeatLoop = ({
  store,
  member,
  leaseTime,
  members,
  logger,
}: HeartbeatLoopOptions): HeartbeatLoop => {
  const wakeSignal = makeWakeSignal()
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  /**
   * Until when leases are surely ours, by a clock that does not jump, and goes on while the process is paused: a lease begins when the store is reached, which
   * is not before it was asked.
   */
  let leasesValidUntil = 0

  let lastSent = 0
  let lastAnswered = 0

  /** When the first lease of others runs out, by the clock that does not jump. As long as they renew it, a regular beat is always sooner. */
  let nextExpiryOfOthers = Number.POSITIVE_INFINITY

  /** Heartbeats since the last one that came through. */
  let missed = 0

  /** Told for the first, the second, the fourth, the eighth: a server that is away for an hour does not fill the log, and is not forgotten in it. */
  const onFailed = (why: unknown): void => {
    missed++
    if (Number.isInteger(Math.log2(missed))) logger.warn('a heartbeat did not come through', { member, missed, why })
  }

  const heartbeatOnce = async (): Promise<boolean> => {
    const all = members()
    if (all.length === 0) return true
    const number = ++lastSent
    const at = performance.now()
    const answers = await runSafely(store.heartbeat(all.map((one) => one.heartbeat(member, leaseTime))))
    if (E.isLeft(answers)) {
      onFailed(answers.left)
      return true
    }
    if (missed > 0) logger.info('heartbeats come through again', { member, missed })
    missed = 0
    // Of what a later one has told already, this one knows less.
    if (number < lastAnswered) return true
    lastAnswered = number
    leasesValidUntil = at + leaseTime
    nextExpiryOfOthers = answers.right.reduce(
      (first, { nextHeartbeatIn }) =>
        nextHeartbeatIn === null ? first : Math.min(first, performance.now() + nextHeartbeatIn),
      Number.POSITIVE_INFINITY,
    )
    for (const [i, one] of all.entries()) {
      const answer = answers.right[i]
      try {
        if (answer !== undefined) one.onHeartbeatAnswer(answer)
      } catch (why) {
        // Heartbeats go on for the other handlers, and for this one with the next answer.
        logger.error('a handler cannot begin its work', { ...one.ref, why: describeUnknown(why) })
      }
    }
    return true
  }

  /**
   * Returns whether the heartbeat was answered. After any throw the next one is tried: without heartbeats a process
   * looks alive and does nothing.
   */
  const heartbeat = (): Promise<boolean> =>
    heartbeatOnce().catch((why) => {
      onFailed(describeUnknown(why))
      return true
    })

  /** Milliseconds, and never none: what has run out and cannot be had just now must not make us ask without a pause. */
  const untilNext = (): number => Math.min(leaseTime / 3, Math.max(minInterval, nextExpiryOfOthers - performance.now()))

  /** Beats that are not answered yet: more than one when an answer is lost, or late. */
  const pending = new Set<Promise<boolean>>()

  const run = async (afterEach: () => Promise<void>): Promise<void> => {
    let following: Promise<void> | undefined
    while (!stopped) {
      const one = heartbeat().finally(() => pending.delete(one))
      pending.add(one)
      // An answer that takes so long may never come, and the leases do not wait for it: asked once more, perhaps by another connection.
      if ((await withTimeout(leaseTime / 3, one)) === undefined) continue
      if (stopped) break
      following ??= afterEach()
        .catch((why) => logger.error('the check of the handlers has thrown', { member, why: describeUnknown(why) }))
        .finally(() => {
          following = undefined
        })
      await wakeSignal.wait(untilNext())
    }
    // What arrives after we have left would make us a member again.
    await withTimeout(leaseTime, Promise.all(pending))
    await following
  }

  return {
    start: (afterEach) => {
      running = run(afterEach)
    },
    requestHeartbeat: wakeSignal.notify,
    isLeaseValid: () => performance.now() < leasesValidUntil,
    stop: async () => {
      stopped = true
      wakeSignal.notify()
      await running
    },
    leave: async (all) => {
      // Before the first beat nobody has heard of us.
      if (all.length === 0 || leasesValidUntil === 0) return
      const left = await runSafely(() =>
        store.heartbeat(all.map((one) => ({ ...one.heartbeat(member, leaseTime), capacity: 0 })))(),
      )
      if (E.isLeft(left)) logger.warn('nobody heard that this process leaves; its leases will expire', { member })
    },
  }
}
