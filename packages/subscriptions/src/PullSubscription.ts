import {
  EventId,
  type EventStore,
  type HandlerStore,
  type HistoryId,
  type InvalidInput,
  type LogPosition,
  type LogRewound,
  type LogTail,
  type RecordedEvent,
  type StoreUnavailable,
} from '@foldlog/core'
import { type Lease, type LogFilter, logRewound, rejectInput } from '@foldlog/core/store'
import { either as E, type io as IO } from 'fp-ts'
import { runSafely } from './internal/async/runSafely.ts'
import { withTimeout } from './internal/async/storeDeadlines.ts'
import { backoff, sleep } from './internal/async/timers.ts'
import { makeWakeSignal } from './internal/async/WakeSignal.ts'
import { firstGeneration } from './internal/group/generationNumbers.ts'
import { registrationLost } from './internal/group/registrationLost.ts'
import { makeRecentEvents } from './internal/history/RecentEvents.ts'
import { verifyPlace } from './internal/history/rewindDetection.ts'
import { type AckTracker, makeAckTracker } from './internal/pull/AckTracker.ts'
import { type HeldLease, makePullHeartbeatLoop } from './internal/pull/PullHeartbeatLoop.ts'
import type { RegistrationLost } from './RegistrationLost.ts'
import { StartFrom } from './StartFrom.ts'

/**
 * What to pull: events that match `filter`, under a `name` that no handler has. `start` (the origin when absent)
 * applies only when the subscription is created. At most `maxUnacknowledged` events (500 when absent) are delivered and
 * not acknowledged, and as many are read ahead. The log is polled every `pollInterval` milliseconds (1,000 when absent)
 * when no notification arrives. The lease lasts `leaseTime` milliseconds (10,000 when absent) without a heartbeat of
 * this process; no other process reads until then. The subscription ends when `signal` fires.
 *
 * @category model
 * @since 0.1.0
 */
export interface PullOptions {
  readonly store: Pick<EventStore, 'readLog' | 'findEvents'> & LogTail & HandlerStore
  readonly name: string
  readonly filter?: LogFilter
  readonly start?: StartFrom
  readonly maxUnacknowledged?: number
  readonly pollInterval?: number
  readonly leaseTime?: number
  readonly signal?: AbortSignal
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

/**
 * Why a pull subscription ends: this error is its last value. `LogRewound`: the log went back before what was pulled,
 * or it is not the log that the checkpoint was written for.
 *
 * @category errors
 * @since 0.1.0
 */
export type PullError = RegistrationLost | InvalidInput | LogRewound | StoreUnavailable

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
 * A lease of this process, and what was done under it. All of it is void once the lease is lost: later acknowledgements
 * do not count.
 */
interface LeasePeriod {
  lease: Lease
  /** The history of the log from which the subscription reads. */
  history: HistoryId
  /** Whether the checkpoint, and what was pulled here before, are verified to belong to this log. */
  verified: boolean
  readonly acks: AckTracker
  readTo: number
  /** Events that were read and not delivered yet, in reverse order: the next one is the last. */
  waiting: Array<RecordedEvent>
}

async function* pullEvents(
  options: PullOptions,
  signal: AbortSignal,
): AsyncGenerator<E.Either<PullError, PulledEvent>, void, undefined> {
  const {
    store,
    name,
    filter = {},
    start = 'origin',
    maxUnacknowledged = 500,
    pollInterval = 1_000,
    leaseTime = 10_000,
  } = options
  if (!Number.isSafeInteger(maxUnacknowledged) || maxUnacknowledged < 1 || maxUnacknowledged > 10_000)
    return yield rejectInput('maxUnacknowledged', 'must be an integer from 1 to 10,000')
  const ref = { name, generation: firstGeneration(1) }
  const wakeSignal = makeWakeSignal()
  let period: LeasePeriod | undefined
  let handled = 0
  let savedAt = performance.now()
  let saving: Promise<void> | undefined
  /** The position up to which everything was acknowledged here, under any lease. */
  let acknowledged: LogPosition = { position: 0, history: '' }
  const recent = makeRecentEvents()
  let rewound: LogRewound | undefined

  /** Retries until it succeeds or a retry is pointless; `undefined` when the subscription was closed meanwhile. */
  const retryUntilDone = async <A>(request: () => Promise<E.Either<PullError, A>>) => {
    for (let failures = 0; !signal.aborted; failures++) {
      // A store that never responds does not delay the end.
      const answer = await withTimeout(Number.POSITIVE_INFINITY, request(), signal)
      if (answer === undefined) return undefined
      if (E.isRight(answer) || answer.left._tag !== 'StoreUnavailable' || !answer.left.retryable) return answer
      await sleep(backoff(failures), signal)
    }
    return undefined
  }

  const register = async () => {
    const position = await runSafely(StartFrom.position(store, start))
    if (E.isLeft(position)) return position
    return runSafely(store.register({ ...ref, partitions: 1, start: position.right }))
  }

  /**
   * Moves the checkpoint to the position up to which everything is acknowledged. A commit with an unknown result is
   * sent again unchanged, before any other: see `HandlerStore.commit`.
   */
  const save = async (own: LeasePeriod): Promise<void> => {
    for (let failures = 0; period === own && own.acks.ackedTo() > own.lease.position; ) {
      const position = own.acks.ackedTo()
      const { history } = own
      acknowledged = { position, history }
      const commit = { ...own.lease, position, changes: [], sourcePosition: { position, history } }
      let outcome = await runSafely(store.commit([commit]))
      while (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable' && !signal.aborted && period === own) {
        await sleep(backoff(failures++), signal)
        outcome = await runSafely(store.commit([commit]))
      }
      if (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable') return
      if (E.isRight(outcome) && outcome.right[0] === 'rewound') {
        const verified = await runSafely(store.verify({ position, history }))
        if (E.isLeft(verified) && verified.left._tag === 'LogRewound') rewound = verified.left
        wakeSignal.notify()
      }
      if (E.isLeft(outcome) || outcome.right[0] !== 'committed') {
        // Another member has the lease. The next heartbeat returns it when it is ours again.
        if (period === own) period = undefined
        return
      }
      own.lease = { ...own.lease, position, revision: own.lease.revision + 1 }
      knownCheckpoint = position
      savedAt = performance.now()
    }
  }

  const saveSoon = (own: LeasePeriod): void => {
    if (saving !== undefined || own.acks.ackedTo() <= own.lease.position) return
    saving = save(own).finally(() => {
      saving = undefined
      // Events that were acknowledged between the last check and now, perhaps under a later lease.
      if (period !== undefined && !signal.aborted) saveSoon(period)
    })
  }

  let isLost = false
  /** The last known checkpoint. */
  let knownCheckpoint: number | null = null

  /** Verifies that a position, and what was delivered before it, still belong to this log. */
  const verifyHistory = async (place: LogPosition): Promise<E.Either<PullError, void>> => {
    const rewound = await verifyPlace(store, { ...place, recent: recent.events() })
    if (E.isLeft(rewound)) return rewound
    return rewound.right === undefined ? E.right(undefined) : E.left(rewound.right)
  }

  /**
   * Verifies, before anything is read under a lease, that the checkpoint and what was acknowledged here before belong
   * to this log.
   */
  const verify = async ({ lease, history }: LeasePeriod): Promise<E.Either<PullError, void>> => {
    const { anchor, position } = lease
    if (anchor !== null) {
      const found = await runSafely(store.findEvents([anchor.id]))
      if (E.isLeft(found)) return found
      if (found.right[0]?.position !== anchor.position) return E.left(logRewound(position, null, history, null))
    }
    const went = acknowledged.position > position || (acknowledged.position > 0 && acknowledged.history !== history)
    return went ? verifyHistory(acknowledged) : E.right(undefined)
  }

  const startPeriod = ({ lease, history }: HeldLease): LeasePeriod => ({
    lease,
    history,
    verified: false,
    acks: makeAckTracker(lease.position),
    readTo: lease.position,
    waiting: [],
  })

  const registered = await retryUntilDone(register)
  if (registered === undefined) return
  if (E.isLeft(registered)) return yield registered
  if (registered.right.partitions !== 1) return yield rejectInput('name', `${name} is a handler with partitions`)

  const stopListening = store.onAppend(wakeSignal.notify)
  signal.addEventListener('abort', wakeSignal.notify)
  const heartbeats = makePullHeartbeatLoop({
    store,
    ref,
    member: EventId.source({ now: Date.now, random: Math.random })(),
    leaseTime,
    report: () => ({ state: period === undefined ? 'waiting' : 'running', handled, rate: 0 }),
    onHeartbeatAnswer: (held) => {
      // Our own commits are newer than the answer of the store.
      if (held?.lease.epoch !== period?.lease.epoch) period = held === undefined ? undefined : startPeriod(held)
      if (held !== undefined) knownCheckpoint = Math.max(held.lease.position, knownCheckpoint ?? 0)
      wakeSignal.notify()
    },
    onRegistrationLost: () => {
      isLost = true
      wakeSignal.notify()
    },
    onFailed: wakeSignal.notify,
  })

  try {
    while (!signal.aborted) {
      if (rewound !== undefined) return yield E.left(rewound)
      if (isLost) return yield E.left(registrationLost(ref, knownCheckpoint))
      const own = period
      if (own === undefined || !heartbeats.isLeaseValid() || own.acks.pending() >= maxUnacknowledged) {
        await wakeSignal.wait(pollInterval)
        continue
      }
      if (!own.verified) {
        const verified = await retryUntilDone(() => verify(own))
        if (verified === undefined) break
        if (E.isLeft(verified)) return yield verified
        own.verified = true
      }
      const event = own.waiting.pop()
      if (event !== undefined) {
        const acknowledge = own.acks.track(event.position)
        if (own.waiting.length === 0) own.acks.skipTo(own.readTo)
        const ack = (): void => {
          acknowledge()
          wakeSignal.notify()
          saveSoon(own)
        }
        handled++
        recent.add(event)
        yield E.right({ event, ack })
        continue
      }
      const { readTo: after, history } = own
      const page = await retryUntilDone(() =>
        runSafely(store.readLog({ after, count: maxUnacknowledged, filter, history })),
      )
      if (page === undefined) break
      if (E.isLeft(page)) return yield page
      if (page.right.history !== history) {
        const followed = await retryUntilDone(() => verifyHistory({ position: after, history }))
        if (followed === undefined) break
        if (E.isLeft(followed)) return yield followed
      }
      own.readTo = page.right.position
      own.history = page.right.history
      own.waiting = page.right.events.toReversed()
      if (own.waiting.length === 0) {
        own.acks.skipTo(own.readTo)
        // A commit of skipped events is not urgent: losing it costs one read.
        if (performance.now() - savedAt > pollInterval) saveSoon(own)
        if (page.right.end && !signal.aborted) await wakeSignal.wait(pollInterval)
      }
    }
  } finally {
    stopListening()
    signal.removeEventListener('abort', wakeSignal.notify)
    const saveLast = async (last: LeasePeriod | undefined): Promise<void> => {
      await saving
      // Once, even if it fails: an unavailable store is not waited for.
      if (last !== undefined) await save(last)
    }
    // Nor is a store that never responds: one lease later another process takes over anyway.
    await withTimeout(leaseTime, saveLast(period))
    period = undefined
    await withTimeout(leaseTime, heartbeats.stop())
  }
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
  const { signal } = options
  const close = (): void => closing.abort()
  if (signal?.aborted) close()
  signal?.addEventListener('abort', close, { once: true })
  const events = pullEvents(options, closing.signal)
  const subscription: PullSubscription = {
    next: () => events.next(),
    // The generator alone would first wait for a pending `next`, which may wait for an event.
    return: () => {
      close()
      signal?.removeEventListener('abort', close)
      return events.return()
    },
    [Symbol.asyncIterator]: () => subscription,
  }
  return subscription
}
