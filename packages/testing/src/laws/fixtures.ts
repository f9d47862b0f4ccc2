import { EventId, type HistoryId, type Json, type NewEvent, type RecordedEvent, StreamName } from '@foldlog/core'
import type { ReadLogOptions } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { expectMatch, expectTrue, fail } from '../internal/expectations.ts'
import { format } from '../internal/format.ts'
import type { CompleteStore } from './StoreUnderTest.ts'

/** Returns the result of a task, which must be a success. */
export const right = async <L, A>(task: TE.TaskEither<L, A>, what = 'an operation'): Promise<A> => {
  const outcome = await task()
  return E.isRight(outcome) ? outcome.right : fail(`${what}: expected success, got ${format(outcome.left)}`)
}

/** Returns the error of a task, which must be an error value: neither a success nor a rejected promise. */
export const left = async <L, A>(task: TE.TaskEither<L, A>, what = 'an operation'): Promise<L> => {
  const outcome = await task()
  return E.isLeft(outcome) ? outcome.left : fail(`${what}: expected an error, got ${format(outcome.right)}`)
}

/** Expects `InvalidInput`, a value with the wrong part (`part` when given) and a reason. */
export const expectInvalidInput = async <L, A>(
  task: TE.TaskEither<L, A>,
  what: string,
  part?: string,
): Promise<void> => {
  const outcome = await task()
  if (E.isRight(outcome)) return fail(`${what}: expected InvalidInput, got ${format(outcome.right)}`)
  expectMatch(outcome.left, part === undefined ? { _tag: 'InvalidInput' } : { _tag: 'InvalidInput', what: part }, what)
  const reported = ['what', 'why'].map((key) => Reflect.get(Object(outcome.left), key))
  expectTrue(
    reported.every((text) => typeof text === 'string'),
    `${what}: InvalidInput must say what is wrong, and why`,
  )
}

/** A value as a caller without types may pass it: anything at all, whatever type is expected. */
export const untyped = (value: unknown): never => value as never // False on purpose: laws with it are about that.

export const freshId: () => EventId = EventId.source({ now: Date.now, random: Math.random })

export const streamNamed = (name: string): StreamName => {
  const parsed = StreamName.parse(name)
  return E.isRight(parsed) ? parsed.right : fail(parsed.left.why)
}

export const freshStream = (category = 'thing'): StreamName => streamNamed(`${category}-${freshId()}`)

export const newEvent = (data: Json = {}, type = 'Happened'): NewEvent => ({
  id: freshId(),
  type,
  schemaVersion: 1,
  data,
  metadata: {},
})

/** Numbers from 1. */
export const numbersTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, i) => i + 1)

/** Events that have their number in their data, from 1. */
export const newEvents = (count: number, type?: string): ReadonlyArray<NewEvent> =>
  numbersTo(count).map((n) => newEvent({ n }, type))

/** A fresh stream of `count` events, written by one append. */
export const createStream = async (store: CompleteStore, count: number, category?: string): Promise<StreamName> => {
  const stream = freshStream(category)
  await right(store.append({ stream, expected: 'noStream', events: newEvents(count) }))
  return stream
}

export const createDeletedStream = async (store: CompleteStore, count: number): Promise<StreamName> => {
  const stream = await createStream(store, count)
  await right(store.deleteStream(stream, 'any'))
  return stream
}

/** Reads the log page by page, to its end. */
export const readToEnd = async (store: CompleteStore, options: ReadLogOptions = {}) => {
  const events: Array<RecordedEvent> = []
  for (let after = options.after ?? 0; ; ) {
    const slice = await right(store.readLog({ count: 10_000, ...options, after }))
    events.push(...slice.events)
    if (slice.end) return { events, head: slice.position, history: slice.history }
    // Otherwise it would loop for ever; with a synchronous store no time limit could end that.
    expectTrue(slice.position > after, `the log says that it goes on, but stays at position ${after}`)
    after = slice.position
  }
}

/** All events of the log. */
export const readWholeLog = async (
  store: CompleteStore,
  options?: ReadLogOptions,
): Promise<ReadonlyArray<RecordedEvent>> => (await readToEnd(store, options)).events

/** The events of one stream as the log has them. */
export const readStreamFromLog = async (
  store: CompleteStore,
  stream: StreamName,
): Promise<ReadonlyArray<RecordedEvent>> => (await readWholeLog(store)).filter((event) => event.stream === stream)

/** The position up to which the log is settled. */
export const settledPositionOf = async (store: CompleteStore): Promise<number> => (await readToEnd(store)).head

/** The current history of the log. */
export const historyOf = async (store: CompleteStore): Promise<HistoryId> =>
  (await right(store.readLog({ count: 1 }), 'a page of the log')).history

/** Yields to others: writers of a store that never waits, and promises that are about to settle. */
export const yieldToOthers = (milliseconds = 0): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds))

/** Waits for a condition, which `what` describes, and fails when it does not come true in time. */
export type Until = (what: string, condition: () => boolean | Promise<boolean>) => Promise<void>

/** Waits for conditions, for a maximum of `patience` milliseconds each. */
export const makeUntil =
  (patience: number): Until =>
  async (what, condition) => {
    const begun = performance.now()
    while (!(await condition())) {
      if (performance.now() - begun > patience) fail(`in ${patience} ms this did not come about: ${what}`)
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

/**
 * Runs an observer beside work until the work is over. Both have ended when this ends, even when one of them has
 * failed: nothing continues after a law.
 */
export const whileRunning = async <A>(
  work: Promise<unknown>,
  watch: (isOver: () => boolean) => Promise<A>,
): Promise<A> => {
  let over = false
  const end = () => {
    over = true
  }
  const working = work.finally(end)
  const [watched, worked] = await Promise.allSettled([watch(() => over), working])
  if (watched.status === 'rejected') throw watched.reason
  if (worked.status === 'rejected') throw worked.reason
  return watched.value
}

/** Runs `count` tasks at once. */
export const concurrently = <A>(count: number, make: (i: number) => Promise<A>): Promise<ReadonlyArray<A>> =>
  Promise.all(Array.from({ length: count }, (_, i) => make(i)))

export const byPosition = (one: RecordedEvent, other: RecordedEvent): number => one.position - other.position
