import type {
  EventStore,
  InvalidInput,
  LogPosition,
  LogRewound,
  LogTail,
  RecordedEvent,
  StoreUnavailable,
} from '@foldlog/core'
import { Limits, LogFilter, type LogPage, makeWakeSignal, NumberOption } from '@foldlog/core/store'
import { apply as Ap, either as E } from 'fp-ts'
import { isTemporary, retryUntil } from './internal/async/retryUntil.ts'
import { runSafely } from './internal/async/runSafely.ts'
import { makeRecentEvents, type RecentEvents } from './internal/history/RecentEvents.ts'
import { verifyHistory } from './internal/history/rewindDetection.ts'
import { linkedSignal, readerProblem } from './internal/reading/readerProblem.ts'
import { sharedReadsOf } from './internal/reading/SharedReads.ts'
import { StartFrom } from './StartFrom.ts'

/**
 * What to follow: events that match `filter`, from `start` on (after the present end when absent). At most `pageSize`
 * events are read ahead (500 when absent). The log is polled every `pollInterval` milliseconds (1,000 when absent) when
 * no notification arrives. The subscription ends when `signal` fires. Subscriptions to one store that follow the same
 * events share their reads, once they have caught up.
 *
 * @category model
 * @since 0.1.0
 */
export interface SubscriptionOptions {
  readonly store: Pick<EventStore, 'readLog' | 'findEvents'> & LogTail
  readonly filter?: LogFilter | undefined
  readonly start?: StartFrom | undefined
  readonly pageSize?: number | undefined
  readonly pollInterval?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const nextPage = async (
  { store, filter = {}, start = 'now', pageSize = 500 }: SubscriptionOptions,
  place: LogPosition | undefined,
): Promise<E.Either<InvalidInput | LogRewound | StoreUnavailable, LogPage>> => {
  if (place !== undefined) {
    const { position: after, history } = place
    return sharedReadsOf(store).readLog({ after, count: pageSize, filter, history })
  }
  const position = await runSafely(StartFrom.position(store, start))
  if (E.isLeft(position)) return position
  // The history is read last: a history contains everything that was there before it began.
  const history = await runSafely(store.history)
  if (E.isLeft(history)) return history
  // The start is a page without events: the next page begins behind it.
  return E.right({ events: [], position: position.right, end: false, history: history.right })
}

/** A page of another history is verified: the log must also have what was delivered before. */
const nextVerifiedPage = async (
  options: SubscriptionOptions,
  place: LogPosition | undefined,
  recent: RecentEvents,
): Promise<E.Either<InvalidInput | LogRewound | StoreUnavailable, LogPage>> => {
  const page = await nextPage(options, place)
  if (E.isLeft(page) || place === undefined || page.right.history === place.history) return page
  const verified = await verifyHistory(options.store, place, recent)
  return E.isLeft(verified) ? verified : page
}

/**
 * Follows the log without a checkpoint, for a loop that the caller writes: every event in order, each once, as it is
 * requested. When the store is unavailable for a while, the subscription waits. An error that would recur is the last
 * value, such as `LogRewound`: the log went back before what was read.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { makeMemoryStore } from '@foldlog/memory-store'
 * import { subscribe } from '@foldlog/subscriptions'
 * import { either as E } from 'fp-ts'
 *
 * const end = new AbortController()
 *
 * export const print = async () => {
 *   for await (const event of subscribe({ store: makeMemoryStore(), start: 'origin', signal: end.signal })) {
 *     if (E.isRight(event)) console.log(event.right.position, event.right.type)
 *   }
 * }
 * ```
 */
export async function* subscribe(
  options: SubscriptionOptions,
): AsyncGenerator<E.Either<InvalidInput | LogRewound | StoreUnavailable, RecordedEvent>, void, undefined> {
  const wrong = readerProblem('subscribe', options)
  if (wrong !== undefined) return yield E.left(wrong)
  const { store, filter = {} } = options
  const checked = LogFilter.checkMatchable('filter')(filter)
  if (E.isLeft(checked)) return yield checked
  const numbers = Ap.sequenceS(E.Applicative)({
    pageSize: NumberOption.read('pageSize', { min: 1, max: Limits.pageSize, absent: 500 }, options.pageSize),
    pollInterval: NumberOption.read(
      'pollInterval',
      { min: 1, max: NumberOption.longestTimer, absent: 1_000 },
      options.pollInterval,
    ),
  })
  if (E.isLeft(numbers)) return yield numbers
  const { pageSize, pollInterval } = numbers.right
  // Each subscription has a signal, because Node warns of a leak when many listen to the same one. The call also fails
  // for a value that is no signal.
  const linked = options.signal === undefined ? E.right(undefined) : linkedSignal([options.signal])
  if (E.isLeft(linked)) return yield linked
  const signal = linked.right
  const wakeSignal = makeWakeSignal()
  const stopListening = store.onAppend(wakeSignal.notify)
  signal?.addEventListener('abort', wakeSignal.notify)
  try {
    let place: LogPosition | undefined
    const recent = makeRecentEvents()
    while (!signal?.aborted) {
      const page = await retryUntil(() => nextVerifiedPage({ ...options, pageSize }, place, recent), {
        signal,
        isRetryable: isTemporary,
      })
      if (signal?.aborted) return
      if (E.isLeft(page)) return yield page
      const { events, position, end, history } = page.right
      for (const event of events) {
        if (signal?.aborted) return
        recent.add(event)
        yield E.right(event)
      }
      place = { position, history }
      if (end && !signal?.aborted) {
        // Polls only while it waits: a subscription that its consumer has left must not keep the process alive.
        const stopPolling = sharedReadsOf(store).everyInterval(pollInterval, wakeSignal.notify)
        await wakeSignal.wait()
        stopPolling()
      }
    }
  } finally {
    stopListening()
    signal?.removeEventListener('abort', wakeSignal.notify)
  }
}
