import {
  EventId,
  type EventStore,
  type HandlerStore,
  type HistoryId,
  type InvalidInput,
  type Lease,
  type LogFilter,
  type LogPosition,
  type LogRewound,
  type LogTail,
  logRewound,
  type RecordedEvent,
  rejectInput,
  type StoreUnavailable,
} from '@foldlog/core'
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
 * What to pull: events that meet `filter`, under a `name` that no handler has. `start` (the origin when absent) counts when the subscription is created, never
 * again. At most `maxUnacknowledged` events (500) are handed out and not acknowledged, and as many are read ahead. The log is looked at every `pollInterval`
 * milliseconds (1,000) when nobody says that there is something new. `leaseTime` (10,000 milliseconds) is how long the subscription is kept from others
 * when nothing more is heard of this process. It ends when `signal` fires.
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
 * An event that was pulled. `ack` says that it is done, in whatever order; the checkpoint moves over what is done without a gap, soon after, and at the latest
 * when the subscription is closed. What was not acknowledged comes again, to whoever pulls next.
 *
 * @category model
 * @since 0.1.0
 */
export interface PulledEvent {
  readonly event: RecordedEvent
  readonly ack: IO.IO<void>
}

/**
 * Why a pull subscription ends: this error is its last value. `LogRewound`: the log went back behind what was pulled,
 * or is not the log that the checkpoint was written for.
 *
 * @category errors
 * @since 0.1.0
 */
export type PullError = RegistrationLost | InvalidInput | LogRewound | StoreUnavailable

/**
 * What a pull subscription gives, one by one. `return`, which leaving a `for await` loop calls, closes it: the last acknowledgements are written, and others
 * may go on.
 *
 * @category model
 * @since 0.1.0
 */
export interface PullSubscription extends AsyncIterator<E.Either<PullError, PulledEvent>, void, undefined> {
  // Spelled out, for before TypeScript 5.6 an `AsyncIterableIterator` could not say what it returns.
  readonly [Symbol.asyncIterator]: () => PullSubscription
  readonly return: () => Promise<IteratorResult<E.Either<PullError, PulledEvent>, void>>
}

/** A lease that is ours, and what was done under it. With the lease all of it goes: what is acknowledged later counts no more. */
interface LeasePeriod {
  lease: Lease
  /** The history of the log in which the subscription reads. */
  history: HistoryId
  /** Whether it is known that the checkpoint, and what was pulled here before, belong to this log. */
  verified: boolean
  readonly acks: AckTracker
  readTo: number
  /** Those that were read and not handed out, the next one last. */
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
  /** How far everything was acknowledged here, under any lease. */
  let acknowledged: LogPosition = { position: 0, history: '' }
  const recent = makeRecentEvents()
  let rewound: LogRewound | undefined

  /** Tries until it succeeds or makes no sense any more; `undefined` when it was asked to end meanwhile. */
  const retryUntilDone = async <A>(question: () => Promise<E.Either<PullError, A>>) => {
    for (let failures = 0; !signal.aborted; failures++) {
      // A store that never answers does not keep it from its end.
      const answer = await withTimeout(Number.POSITIVE_INFINITY, question(), signal)
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

  /** Moves the checkpoint to where all is done. A commit of which nobody knows is sent again as it was, before any other: see `HandlerStore.commit`. */
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
        // Others have it. The next heartbeat tells when it is ours again.
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
      // What was acknowledged between its last look and now, perhaps under a later lease.
      if (period !== undefined && !signal.aborted) saveSoon(period)
    })
  }

  let isLost = false
  /** The last known checkpoint. */
  let knownCheckpoint: number | null = null

  /** Whether a place, and what was delivered before it, still belongs to this log. */
  const verifyHistory = async (place: LogPosition): Promise<E.Either<PullError, void>> => {
    const rewound = await verifyPlace(store, { ...place, recent: recent.events() })
    if (E.isLeft(rewound)) return rewound
    return rewound.right === undefined ? E.right(undefined) : E.left(rewound.right)
  }

  /**
   * Makes sure, before anything is read under a lease, that the checkpoint and what was acknowledged here before belong
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
      // Our own commits are ahead of what the store said in between.
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
        // What is passed over is no hurry: it costs a read when it is lost.
        if (performance.now() - savedAt > pollInterval) saveSoon(own)
        if (page.right.end && !signal.aborted) await wakeSignal.wait(pollInterval)
      }
    }
  } finally {
    stopListening()
    signal.removeEventListener('abort', wakeSignal.notify)
    const saveLast = async (last: LeasePeriod | undefined): Promise<void> => {
      await saving
      // Once, whatever becomes of it: a store that is away is not waited for.
      if (last !== undefined) await save(last)
    }
    // Nor one that never answers: after a lease others have it anyway.
    await withTimeout(leaseTime, saveLast(period))
    period = undefined
    await withTimeout(leaseTime, heartbeats.stop())
  }
}

/**
 * Pulls events for those who loop by hand: a subscription with a name, whose checkpoint stands in the store and moves by acknowledgement. One process reads at
 * a time; others that pull under the same name wait, and go on behind the checkpoint when it ends, or when its lease runs out. What was in hand then
 * comes again: every event is given at least once, in order.
 *
 * When the store is away, the subscription waits; an error that would occur again is the last value. So is
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
    // Not by the generator alone: a `next` that waits for an event would be waited for.
    return: () => {
      close()
      signal?.removeEventListener('abort', close)
      return events.return()
    },
    [Symbol.asyncIterator]: () => subscription,
  }
  return subscription
}
