import type { EventStore, HandlerStore, Logger, LogTail, RecordedEvent } from '@foldlog/core'
import {
  type HandlerRef,
  Limits,
  type LogFilter,
  type LogPage,
  makeWakeSignal,
  NumberOption,
} from '@foldlog/core/store'
import { apply as Ap, either as E, type io as IO } from 'fp-ts'
import { isTemporary, retryUntil } from './internal/async/retryUntil.ts'
import { runSafely } from './internal/async/runSafely.ts'
import { withTimeout } from './internal/async/withTimeout.ts'
import { makeRecentEvents, type RecentEvents } from './internal/history/RecentEvents.ts'
import { verifyHistory } from './internal/history/rewindDetection.ts'
import { firstGeneration } from './internal/membership/generationNumbers.ts'
import { makeAckWriter } from './internal/pull/AckWriter.ts'
import { type LeasePeriod, verifyPeriod } from './internal/pull/LeasePeriod.ts'
import { makePullLog, type PullLog } from './internal/pull/PullLog.ts'
import { makePullMember } from './internal/pull/PullMember.ts'
import { registerPull } from './internal/pull/registerPull.ts'
import { linkedSignal, readerProblem } from './internal/reading/readerProblem.ts'
import type { PullError } from './PullError.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * The events of a pull subscription, one by one. `return`, which leaving a `for await` loop calls, closes it: it writes
 * the last acknowledgements, and another process may continue.
 *
 * @category model
 * @since 0.1.0
 */
export interface PullSubscription extends AsyncIterator<E.Either<PullError, PulledEvent>, void, undefined> {
  // Declared here, because before TypeScript 5.6 an `AsyncIterableIterator` had no type parameter for its return value.
  readonly [Symbol.asyncIterator]: () => PullSubscription
  readonly return: () => Promise<IteratorResult<E.Either<PullError, PulledEvent>, void>>
}

/**
 * What to pull: events that match `filter`, under a `name` that no handler has. `start` (the origin when absent)
 * applies only when the subscription is created. At most `maxUnacknowledged` events (500 when absent) are delivered and
 * not acknowledged, and as many are read ahead. The log is polled every `pollInterval` milliseconds (1,000 when absent)
 * when no notification arrives. The lease lasts `leaseTime` milliseconds (10,000 when absent) without a heartbeat of
 * this process; no other process reads until then. The subscription ends when `signal` fires. `logger` (silent when
 * absent) gets a line when the process takes over or loses the subscription, when a request of the store fails and is
 * retried, and when the subscription ends with an error.
 *
 * @category model
 * @since 0.1.0
 */
export interface PullOptions {
  readonly store: Pick<EventStore, 'readLog' | 'findEvents'> & LogTail & HandlerStore
  readonly name: string
  readonly filter?: LogFilter | undefined
  readonly start?: StartFrom | undefined
  readonly maxUnacknowledged?: number | undefined
  readonly pollInterval?: number | undefined
  readonly leaseTime?: number | undefined
  readonly signal?: AbortSignal | undefined
  readonly logger?: Logger | undefined
}

/**
 * A pulled event. `ack` acknowledges it; events may be acknowledged in any order. The checkpoint moves over
 * acknowledged events without a gap, soon after, and at the latest when the subscription is closed. An event that was
 * not acknowledged is redelivered to the next process that pulls.
 *
 * @category model
 * @since 0.1.0
 */
export interface PulledEvent {
  readonly event: RecordedEvent
  readonly ack: IO.IO<void>
}

/** Reads the next page of a period. A page of another history is verified. */
const readPage = async (
  { store, filter = {} }: PullOptions,
  { readTo: after, history }: LeasePeriod,
  count: number,
  recent: RecentEvents,
): Promise<E.Either<PullError, LogPage>> => {
  const page = await runSafely(store.readLog({ after, count, filter, history }))
  if (E.isLeft(page) || page.right.history === history) return page
  const followed = await verifyHistory(store, { position: after, history }, recent)
  return E.isLeft(followed) ? followed : page
}

const defaults = { maxUnacknowledged: 500, pollInterval: 1_000, leaseTime: 10_000 } as const
/** The longest lease that a store gives: a day, in milliseconds. */
const longestLease = 86_400_000

async function* pullEvents(
  options: PullOptions,
  ref: HandlerRef,
  signal: AbortSignal,
  log: PullLog,
): AsyncGenerator<E.Either<PullError, PulledEvent>, void, undefined> {
  const { store, filter = {}, start = 'origin' } = options
  const read = (what: keyof typeof defaults, max: number) =>
    NumberOption.read(what, { min: 1, max, absent: defaults[what] }, options[what])
  const numbers = Ap.sequenceS(E.Applicative)({
    maxUnacknowledged: read('maxUnacknowledged', Limits.pageSize),
    pollInterval: read('pollInterval', NumberOption.longestTimer),
    leaseTime: read('leaseTime', longestLease),
  })
  if (E.isLeft(numbers)) return yield numbers
  const { maxUnacknowledged, pollInterval, leaseTime } = numbers.right

  /** Retries until it succeeds or a retry is pointless; `undefined` when the subscription was closed meanwhile. */
  const retryUntilDone = async <A>(what: string, request: () => Promise<E.Either<PullError, A>>) => {
    if (signal.aborted) return undefined
    const done = retryUntil(request, { signal, isRetryable: isTemporary, onRetry: log.retrying(what) })
    // A store that never responds does not delay the end.
    return withTimeout(Number.POSITIVE_INFINITY, done, signal)
  }

  const registered = await retryUntilDone('a pull subscription cannot be registered', () =>
    registerPull(store, ref, filter, start),
  )
  if (registered === undefined) return
  if (E.isLeft(registered)) return yield registered

  const wakeSignal = makeWakeSignal()
  const recent = makeRecentEvents()
  const stopListening = store.onAppend(wakeSignal.notify)
  signal.addEventListener('abort', wakeSignal.notify)
  const member = makePullMember({ store, ref, leaseTime, log, onHeartbeat: wakeSignal.notify })
  const acks = makeAckWriter({ store, member, signal, log, onRewound: wakeSignal.notify })

  const deliver = (own: LeasePeriod, event: RecordedEvent): PulledEvent => {
    const acknowledge = own.acks.track(event.position)
    if (own.waiting.length === 0) own.acks.skipTo(own.readTo)
    member.onDelivered()
    recent.add(event)
    const ack = (): void => {
      acknowledge()
      wakeSignal.notify()
      acks.saveSoon(own)
    }
    return { event, ack }
  }

  try {
    while (!signal.aborted) {
      const end = acks.rewound() ?? member.registrationLost()
      if (end !== undefined) return yield E.left(end)
      const own = member.period()
      if (own === undefined || !member.isLeaseValid() || own.acks.pending() >= maxUnacknowledged) {
        await wakeSignal.wait(pollInterval)
        continue
      }
      if (!own.verified) {
        const verified = await retryUntilDone('the checkpoint cannot be verified', () =>
          verifyPeriod(store, own, acks.acknowledged(), recent),
        )
        if (verified === undefined) break
        if (E.isLeft(verified)) return yield verified
        own.verified = true
      }
      const event = own.waiting.pop()
      if (event !== undefined) {
        yield E.right(deliver(own, event))
        continue
      }
      const page = await retryUntilDone('the log cannot be read', () =>
        readPage(options, own, maxUnacknowledged, recent),
      )
      if (page === undefined) break
      if (E.isLeft(page)) return yield page
      own.readTo = page.right.position
      own.history = page.right.history
      own.waiting = page.right.events.toReversed()
      if (own.waiting.length > 0) continue
      own.acks.skipTo(own.readTo)
      // A commit of skipped events is not urgent: losing it costs one read.
      if (acks.age() > pollInterval) acks.saveSoon(own)
      if (page.right.end && !signal.aborted) await wakeSignal.wait(pollInterval)
    }
  } finally {
    stopListening()
    signal.removeEventListener('abort', wakeSignal.notify)
    // A store that never responds is not waited for: one lease later another process takes over anyway.
    await withTimeout(leaseTime, acks.saveLast())
    await withTimeout(leaseTime, member.leave())
  }
}

/** A subscription that ends at once, with an error. */
async function* failing(error: E.Either<PullError, never>): ReturnType<typeof pullEvents> {
  yield error
}

/**
 * Pulls events for a loop that the caller writes: a subscription with a name, whose checkpoint is in the store and
 * moves by acknowledgement. One process reads at a time. Others that pull under the same name wait, and continue behind
 * the checkpoint when it ends or its lease expires. Events that were not acknowledged are redelivered: every event is
 * delivered at least once, in order.
 *
 * When the store is unavailable, the subscription waits. An error that would recur is the last value. So is
 * `RegistrationLost`, when the store no longer knows the subscription.
 *
 * @category constructors
 * @since 0.1.0
 */
export const pull = (options: PullOptions): PullSubscription => {
  const closing = new AbortController()
  const { signal = closing.signal, name, logger } = Object(options) as PullOptions // Checked next.
  const ref = { name, generation: firstGeneration(1) }
  const log = makePullLog(ref, logger)
  const wrong = readerProblem('pull', options)
  const linked = wrong === undefined ? linkedSignal([signal, closing.signal]) : E.left(wrong)
  const events = E.isLeft(linked) ? failing(linked) : pullEvents(options, ref, linked.right, log)
  const subscription: PullSubscription = {
    next: async () => {
      const next = await events.next()
      if (next.done !== true && E.isLeft(next.value)) log.ended(next.value.left)
      return next
    },
    // The generator alone would first wait for a pending `next`, which may wait for an event.
    return: () => {
      closing.abort()
      return events.return()
    },
    [Symbol.asyncIterator]: () => subscription,
  }
  return subscription
}
