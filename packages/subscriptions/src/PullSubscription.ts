import {
  EventId,
  type EventStore,
  type HandlerStore,
  type HistoryId,
  type InvalidInput,
  type Lease,
  type LogFilter,
  type LogPlace,
  type LogRewound,
  type LogTail,
  logRewound,
  type RecordedEvent,
  refuse,
  type StoreUnavailable,
} from '@foldlog/core'
import { either as E, type io as IO } from 'fp-ts'
import { ask } from './internal/asking.ts'
import { makeBell } from './internal/Bell.ts'
import { firstOf } from './internal/generations.ts'
import { makePrefix, type Prefix } from './internal/Prefix.ts'
import { makeRecent } from './internal/Recent.ts'
import { registrationLost } from './internal/registrationLost.ts'
import { rewoundSince } from './internal/rewinding.ts'
import { backoff, sleep } from './internal/sleep.ts'
import { type HeldLease, makeTenure } from './internal/Tenure.ts'
import { answerWithin } from './internal/timely.ts'
import type { RegistrationLost } from './RegistrationLost.ts'
import { StartFrom } from './StartFrom.ts'

/**
 * What to pull: events that meet `filter`, under a `name` that no handler has. `start` (the origin when absent) counts when the subscription is created, never
 * again. At most `unacknowledged` events (500) are handed out and not acknowledged, and as many are read ahead. The log is looked at every `poll`
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
  readonly unacknowledged?: number
  readonly poll?: number
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
export interface Pulled {
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
export interface PullSubscription extends AsyncIterator<E.Either<PullError, Pulled>, void, undefined> {
  // Spelled out, for before TypeScript 5.6 an `AsyncIterableIterator` could not say what it returns.
  readonly [Symbol.asyncIterator]: () => PullSubscription
  readonly return: () => Promise<IteratorResult<E.Either<PullError, Pulled>, void>>
}

/** A lease that is ours, and what was done under it. With the lease all of it goes: what is acknowledged later counts no more. */
interface Term {
  lease: Lease
  /** The history of the log in which the subscription reads. */
  history: HistoryId
  /** Whether it is known that the checkpoint, and what was pulled here before, belong to this log. */
  verified: boolean
  readonly prefix: Prefix
  readTo: number
  /** Those that were read and not handed out, the next one last. */
  waiting: Array<RecordedEvent>
}

async function* pulling(
  options: PullOptions,
  signal: AbortSignal,
): AsyncGenerator<E.Either<PullError, Pulled>, void, undefined> {
  const { store, name, filter = {}, start = 'origin', unacknowledged = 500, poll = 1_000, leaseTime = 10_000 } = options
  if (!Number.isSafeInteger(unacknowledged) || unacknowledged < 1 || unacknowledged > 10_000)
    return yield refuse('unacknowledged', 'must be an integer from 1 to 10,000')
  const ref = { name, generation: firstOf(1) }
  const bell = makeBell()
  let term: Term | undefined
  let handled = 0
  let savedAt = performance.now()
  let saving: Promise<void> | undefined
  /** How far everything was acknowledged here, under any lease. */
  let acknowledged: LogPlace = { position: 0, history: '' }
  const recent = makeRecent()
  let rewound: LogRewound | undefined

  /** Tries until it succeeds or makes no sense any more; `undefined` when it was asked to end meanwhile. */
  const insist = async <A>(question: () => Promise<E.Either<PullError, A>>) => {
    for (let failures = 0; !signal.aborted; failures++) {
      // A store that never answers does not keep it from its end.
      const answer = await answerWithin(Number.POSITIVE_INFINITY, question(), signal)
      if (answer === undefined) return undefined
      if (E.isRight(answer) || answer.left._tag !== 'StoreUnavailable' || !answer.left.retryable) return answer
      await sleep(backoff(failures), signal)
    }
    return undefined
  }

  const register = async () => {
    const position = await ask(StartFrom.position(store, start))
    if (E.isLeft(position)) return position
    return ask(store.register({ ...ref, partitions: 1, start: position.right }))
  }

  /** Moves the checkpoint to where all is done. A commit of which nobody knows is sent again as it was, before any other: see `HandlerStore.commit`. */
  const save = async (own: Term): Promise<void> => {
    for (let failures = 0; term === own && own.prefix.doneTo() > own.lease.position; ) {
      const position = own.prefix.doneTo()
      const { history } = own
      acknowledged = { position, history }
      const commit = { ...own.lease, position, changes: [], reach: { position, history } }
      let outcome = await ask(store.commit([commit]))
      while (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable' && !signal.aborted && term === own) {
        await sleep(backoff(failures++), signal)
        outcome = await ask(store.commit([commit]))
      }
      if (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable') return
      if (E.isRight(outcome) && outcome.right[0] === 'rewound') {
        const verified = await ask(store.verify({ position, history }))
        if (E.isLeft(verified) && verified.left._tag === 'LogRewound') rewound = verified.left
        bell.ring()
      }
      if (E.isLeft(outcome) || outcome.right[0] !== 'committed') {
        // Others have it. The next heartbeat tells when it is ours again.
        if (term === own) term = undefined
        return
      }
      own.lease = { ...own.lease, position, revision: own.lease.revision + 1 }
      known = position
      savedAt = performance.now()
    }
  }

  const saveSoon = (own: Term): void => {
    if (saving !== undefined || own.prefix.doneTo() <= own.lease.position) return
    saving = save(own).finally(() => {
      saving = undefined
      // What was acknowledged between its last look and now, perhaps under a later lease.
      if (term !== undefined && !signal.aborted) saveSoon(term)
    })
  }

  let isLost = false
  /** The last known checkpoint. */
  let known: number | null = null

  /** Whether a place, and what was delivered before it, still belongs to this log. */
  const stillThere = async (place: LogPlace): Promise<E.Either<PullError, void>> => {
    const rewound = await rewoundSince(store, { ...place, recent: recent.events() })
    if (E.isLeft(rewound)) return rewound
    return rewound.right === undefined ? E.right(undefined) : E.left(rewound.right)
  }

  /**
   * Makes sure, before anything is read under a lease, that the checkpoint and what was acknowledged here before belong
   * to this log.
   */
  const verify = async ({ lease, history }: Term): Promise<E.Either<PullError, void>> => {
    const { anchor, position } = lease
    if (anchor !== null) {
      const found = await ask(store.findEvents([anchor.id]))
      if (E.isLeft(found)) return found
      if (found.right[0]?.position !== anchor.position) return E.left(logRewound(position, null, history, null))
    }
    const went = acknowledged.position > position || (acknowledged.position > 0 && acknowledged.history !== history)
    return went ? stillThere(acknowledged) : E.right(undefined)
  }

  const begin = ({ lease, history }: HeldLease): Term => ({
    lease,
    history,
    verified: false,
    prefix: makePrefix(lease.position),
    readTo: lease.position,
    waiting: [],
  })

  const registered = await insist(register)
  if (registered === undefined) return
  if (E.isLeft(registered)) return yield registered
  if (registered.right.partitions !== 1) return yield refuse('name', `${name} is a handler with partitions`)

  const stopListening = store.onAppend(bell.ring)
  signal.addEventListener('abort', bell.ring)
  const tenure = makeTenure({
    store,
    ref,
    member: EventId.source({ now: Date.now, random: Math.random })(),
    leaseTime,
    report: () => ({ state: term === undefined ? 'waiting' : 'running', handled, rate: 0 }),
    answered: (held) => {
      // Our own commits are ahead of what the store said in between.
      if (held?.lease.epoch !== term?.lease.epoch) term = held === undefined ? undefined : begin(held)
      if (held !== undefined) known = Math.max(held.lease.position, known ?? 0)
      bell.ring()
    },
    lost: () => {
      isLost = true
      bell.ring()
    },
    failed: bell.ring,
  })

  try {
    while (!signal.aborted) {
      if (rewound !== undefined) return yield E.left(rewound)
      if (isLost) return yield E.left(registrationLost(ref, known))
      const own = term
      if (own === undefined || !tenure.safe() || own.prefix.open() >= unacknowledged) {
        await bell.wait(poll)
        continue
      }
      if (!own.verified) {
        const verified = await insist(() => verify(own))
        if (verified === undefined) break
        if (E.isLeft(verified)) return yield verified
        own.verified = true
      }
      const event = own.waiting.pop()
      if (event !== undefined) {
        const done = own.prefix.begin(event.position)
        if (own.waiting.length === 0) own.prefix.passed(own.readTo)
        const ack = (): void => {
          done()
          bell.ring()
          saveSoon(own)
        }
        handled++
        recent.add(event)
        yield E.right({ event, ack })
        continue
      }
      const { readTo: after, history } = own
      const page = await insist(() => ask(store.readLog({ after, count: unacknowledged, filter, history })))
      if (page === undefined) break
      if (E.isLeft(page)) return yield page
      if (page.right.history !== history) {
        const followed = await insist(() => stillThere({ position: after, history }))
        if (followed === undefined) break
        if (E.isLeft(followed)) return yield followed
      }
      own.readTo = page.right.position
      own.history = page.right.history
      own.waiting = page.right.events.toReversed()
      if (own.waiting.length === 0) {
        own.prefix.passed(own.readTo)
        // What is passed over is no hurry: it costs a read when it is lost.
        if (performance.now() - savedAt > poll) saveSoon(own)
        if (page.right.end && !signal.aborted) await bell.wait(poll)
      }
    }
  } finally {
    stopListening()
    signal.removeEventListener('abort', bell.ring)
    const saveLast = async (last: Term | undefined): Promise<void> => {
      await saving
      // Once, whatever becomes of it: a store that is away is not waited for.
      if (last !== undefined) await save(last)
    }
    // Nor one that never answers: after a lease others have it anyway.
    await answerWithin(leaseTime, saveLast(term))
    term = undefined
    await answerWithin(leaseTime, tenure.stop())
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
  const events = pulling(options, closing.signal)
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
