import { describeUnknown, type HandlerStore, type Logger } from '@foldlog/core'
import type { HandlerRef, Heartbeat, HeartbeatAnswer, Lease } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { type AfterStep, makeBackgroundLoop } from '../async/BackgroundLoop.ts'
import { makeInFlight } from '../async/InFlight.ts'
import { runSafely } from '../async/runSafely.ts'
import { withTimeout } from '../async/withTimeout.ts'

/**
 * Sends one heartbeat for all handlers of this process, three times per lease, and again as soon as another member's
 * lease expires.
 */
export interface HeartbeatLoop {
  /** `afterEach`, when given, is called after each heartbeat; no heartbeat waits for it. */
  readonly start: (afterEach?: () => Promise<void>) => void
  readonly requestHeartbeat: () => void
  /** Whether all leases are valid: a heartbeat succeeded within the last `leaseTime`. */
  readonly isLeaseValid: () => boolean
  /** Ends the heartbeats. Leases remain until they expire or are released. */
  readonly stop: () => Promise<void>
  /**
   * Leaves the groups, so that other members need not wait until the leases of this one expire. Returns the leases that
   * it still has.
   */
  readonly leave: (members: ReadonlyArray<Member>) => Promise<ReadonlyArray<Lease>>
}

/** This process in the group of one generation of a handler. */
export interface Member {
  readonly ref: HandlerRef
  readonly heartbeat: (member: string, leaseTime: number) => Heartbeat
  readonly onHeartbeatAnswer: (answer: HeartbeatAnswer) => void
}

export interface HeartbeatLoopOptions {
  readonly store: Pick<HandlerStore, 'heartbeat'>
  readonly member: string
  readonly leaseTime: number
  readonly members: () => ReadonlyArray<Member>
  readonly logger: Logger
}

/** Minimum delay between two heartbeats, in milliseconds. */
const minInterval = 20

/** Logs failures 1, 2, 4, 8, ...: an outage of an hour neither floods the log nor disappears from it. */
const makeFailureLog = (logger: Logger, member: string) => {
  /** Number of failed heartbeats since the last successful one. */
  let missed = 0
  return {
    onFailed: (why: unknown): void => {
      missed++
      if (Number.isInteger(Math.log2(missed))) logger.warn('a heartbeat failed', { member, missed, why })
    },
    onSucceeded: (): void => {
      if (missed > 0) logger.info('heartbeats succeed again', { member, missed })
      missed = 0
    },
  }
}

/** How long leases are valid, and when the next heartbeat is due, by `performance.now()`: it is monotonic. */
const makeLeaseTimes = (leaseTime: number) => {
  /** Counted from the moment of sending: the store's lease cannot have started earlier. */
  let validUntil = 0
  /**
   * When the first lease of another member expires. As long as that member renews it, a regular heartbeat is always
   * sooner.
   */
  let nextExpiryOfOthers = Number.POSITIVE_INFINITY

  return {
    onAnswered: (sentAt: number, answers: ReadonlyArray<HeartbeatAnswer>): void => {
      validUntil = sentAt + leaseTime
      const now = performance.now()
      nextExpiryOfOthers = Math.min(
        ...answers.map(({ nextHeartbeatIn }) => now + (nextHeartbeatIn ?? Number.POSITIVE_INFINITY)),
      )
    },
    /** The clock runs while the process is suspended. */
    areValid: (): boolean => performance.now() < validUntil,
    /**
     * In milliseconds, never 0: an expired lease that cannot be taken over yet must not cause heartbeats without a
     * pause.
     */
    untilNextHeartbeat: (): number =>
      Math.min(leaseTime / 3, Math.max(minInterval, nextExpiryOfOthers - performance.now())),
  }
}

const deliver = (members: ReadonlyArray<Member>, answers: ReadonlyArray<HeartbeatAnswer>, logger: Logger): void => {
  for (const [i, one] of members.entries()) {
    const answer = answers[i]
    try {
      if (answer !== undefined) one.onHeartbeatAnswer(answer)
    } catch (why) {
      // Heartbeats continue for the other handlers, and for this one with the next answer.
      const { name: handler, generation } = one.ref
      const facts = { handler, generation, why: describeUnknown(why) }
      logger.error('a handler cannot process the answer to its heartbeat', facts)
    }
  }
}

export const makeHeartbeatLoop = ({
  store,
  member,
  leaseTime,
  members,
  logger,
}: HeartbeatLoopOptions): HeartbeatLoop => {
  const leases = makeLeaseTimes(leaseTime)
  let lastSent = 0
  let lastAnswered = 0
  const failures = makeFailureLog(logger, member)

  const heartbeatOnce = async (): Promise<void> => {
    const all = members()
    if (all.length === 0) return
    const number = ++lastSent
    const sentAt = performance.now()
    const answers = await runSafely(store.heartbeat(all.map((one) => one.heartbeat(member, leaseTime))))
    if (E.isLeft(answers)) return failures.onFailed(answers.left)
    failures.onSucceeded()
    // A later heartbeat has been answered already; this answer is stale.
    if (number < lastAnswered) return
    lastAnswered = number
    leases.onAnswered(sentAt, answers.right)
    deliver(all, answers.right, logger)
  }

  /** Resolves to `true` when the heartbeat is answered, or has failed. */
  const heartbeat = (): Promise<boolean> =>
    heartbeatOnce()
      .catch((why) => failures.onFailed(describeUnknown(why)))
      .then(() => true)

  /** Heartbeats without an answer yet: more than one when an answer is lost, or late. */
  const pending = makeInFlight()

  let afterEach = async (): Promise<void> => {}
  const following = makeInFlight()

  const follow = (): void => {
    if (following.size() > 0) return
    void following.add(
      afterEach().catch((why) =>
        logger.error('the check of the generations threw', { member, why: describeUnknown(why) }),
      ),
    )
  }

  const loop = makeBackgroundLoop({
    step: async (): Promise<AfterStep> => {
      const one = heartbeat()
      void pending.add(one)
      // An answer that takes so long may never arrive, and the leases do not wait for it: send another one, perhaps on
      // another connection.
      if ((await withTimeout(leaseTime / 3, one)) === undefined) return 'again'
      if (!loop.signal.aborted) follow()
      return leases.untilNextHeartbeat()
    },
    onThrown: (why) => failures.onFailed(describeUnknown(why)),
  })

  return {
    start: (after = afterEach) => {
      afterEach = after
      loop.start()
    },
    requestHeartbeat: loop.wake,
    isLeaseValid: leases.areValid,
    stop: async () => {
      await loop.stop()
      // A heartbeat that arrives after this process has left would make it a member again.
      await withTimeout(leaseTime, pending.ended())
      await following.ended()
    },
    leave: async (all) => {
      // Before the first answered heartbeat this process is no member.
      if (all.length === 0 || lastAnswered === 0) return []
      const left = await runSafely(() =>
        store.heartbeat(all.map((one) => ({ ...one.heartbeat(member, leaseTime), capacity: 0 })))(),
      )
      if (E.isRight(left)) return left.right.flatMap(({ leases }) => leases)
      logger.warn('this process could not leave its groups; its leases will expire', { member, why: left.left })
      return []
    },
  }
}
