import type { NewEvent, RecordedEvent, StoreInspection, StreamName } from '@foldlog/core'
import type { LogSearch, ReadLogOptions } from '@foldlog/core/store'
import { expectTrue, fail } from '../../internal/expectations.ts'
import { freshId, newEvent, right, streamNamed } from '../fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'

export const inspectionOf = ({
  searchLog,
  listStreams,
  countEvents,
  listTimers,
}: CompleteHandlerStore): StoreInspection =>
  searchLog && listStreams && countEvents && listTimers
    ? { searchLog, listStreams, countEvents, listTimers }
    : fail('the store has no StoreInspection; when it has none, declare it: inspection: false')

/** A category that no other law uses, without a dash. */
export const freshCategory = (): string => `seen${freshId()}`

/** All events of a search, by pages of so many events. */
export const searchAll = async (store: CompleteHandlerStore, search: LogSearch, count = 1_000) => {
  const events: Array<RecordedEvent> = []
  for (let { before } = search; ; ) {
    const page = await right(inspectionOf(store).searchLog({ ...search, before, count }))
    expectTrue(page.events.length <= count, `a page of ${page.events.length} events, at most ${count} were requested`)
    events.push(...page.events)
    if (page.end) return events
    // Otherwise it would loop for ever.
    expectTrue(before === undefined || page.position < before, `the search goes on, but stays before ${before}`)
    before = page.position
  }
}

/** The same events in the order of the log, as `readLog` returns them. */
export const readAll = async (store: CompleteHandlerStore, options: ReadLogOptions) => {
  const events: Array<RecordedEvent> = []
  for (let after = 0; ; ) {
    const page = await right(store.readLog({ ...options, after }))
    events.push(...page.events)
    if (page.end) return events
    after = page.position
  }
}

export const positionsOf = (events: ReadonlyArray<RecordedEvent>) => events.map(({ position }) => position)

export const eventWith = (metadata: NewEvent['metadata'], type = 'Happened'): NewEvent => ({
  ...newEvent({}, type),
  metadata,
})

/** Two streams of a fresh category, with events of two types, correlation ids and causation ids. */
export const writeExample = async (store: CompleteHandlerStore) => {
  const category = freshCategory()
  const [one, two] = [streamNamed(`${category}-1`), streamNamed(`${category}-2`)]
  const correlationId: string = freshId()
  const causationId: string = freshId()
  const append = (stream: StreamName, events: ReadonlyArray<NewEvent>) =>
    right(store.append({ stream, expected: 'any', events }))
  await append(one, [eventWith({ correlationId }), eventWith({ correlationId, causationId }, 'Other')])
  await append(two, [eventWith({ causationId }), eventWith({}), eventWith({ correlationId: freshId() }, 'Other')])
  await append(one, [eventWith({ correlationId, causationId: freshId() }), eventWith({ causationId })])
  return { category, one, two, correlationId, causationId }
}
