import { EventId, type Json, type NewEvent, type ReadLog, type RecordedEvent, StreamName } from '@foldlog/core'
import { either as E, type taskEither as TE } from 'fp-ts'
import type { TestStore } from './TestStore.ts'

/** What it ended with, which must be a success. */
export const right = async <L, A>(task: TE.TaskEither<L, A>): Promise<A> => {
  const outcome = await task()
  if (E.isLeft(outcome)) throw new Error(`expected success, got ${JSON.stringify(outcome.left)?.slice(0, 2_000)}`)
  return outcome.right
}

/** What it ended with, which must be an error value: neither a success nor a rejected promise. */
export const left = async <L, A>(task: TE.TaskEither<L, A>): Promise<L> => {
  const outcome = await task()
  if (E.isRight(outcome)) throw new Error(`expected an error, got ${JSON.stringify(outcome.right)?.slice(0, 2_000)}`)
  return outcome.left
}

/** A value as it may come from callers without types: anything at all, whatever is wanted. */
export const untyped = (value: unknown): never => value as never // Says so on purpose: that is what the tests with it are about.

export const freshId = EventId.source({ now: Date.now, random: Math.random })

export const streamNamed = (name: string): StreamName => {
  const parsed = StreamName.parse(name)
  if (E.isLeft(parsed)) throw new Error(parsed.left.why)
  return parsed.right
}

export const freshStream = (category = 'thing'): StreamName => streamNamed(`${category}-${freshId()}`)

export const newEvent = (data: Json = {}, type = 'Happened'): NewEvent => ({
  id: freshId(),
  type,
  schemaVersion: 1,
  data,
  metadata: {},
})

/** Events that carry their place, from 1. */
export const newEvents = (count: number, type?: string): ReadonlyArray<NewEvent> =>
  Array.from({ length: count }, (_, i) => newEvent({ n: i + 1 }, type))

/** A fresh stream of so many events, written by one append. */
export const streamOf = async (store: TestStore, count: number, category?: string): Promise<StreamName> => {
  const stream = freshStream(category)
  await right(store.append({ stream, expected: 'noStream', events: newEvents(count) }))
  return stream
}

export const deletedStreamOf = async (store: TestStore, count: number): Promise<StreamName> => {
  const stream = await streamOf(store, count)
  await right(store.deleteStream(stream, 'any'))
  return stream
}

/** Reads the log page by page, to its end. */
const follow = async (store: TestStore, options: ReadLog) => {
  const events: Array<RecordedEvent> = []
  for (let after = options.after ?? 0; ; ) {
    const slice = await right(store.readLog({ ...options, after }))
    events.push(...slice.events)
    if (slice.end) return { events, head: slice.position }
    // Or it would go round for ever; in a synchronous store no timeout could end that.
    if (slice.position <= after) throw new Error(`the log says it goes on, but stays at ${after}`)
    after = slice.position
  }
}

/** All events of the log that meet the filter. */
export const wholeLog = async (
  store: TestStore,
  options: ReadLog = { count: 10_000 },
): Promise<ReadonlyArray<RecordedEvent>> => (await follow(store, options)).events

/** The position up to which the log is settled. */
export const headOf = async (store: TestStore): Promise<number> =>
  (await follow(store, { filter: { types: ['(no event has this type)'] } })).head
