import type { NewEvent, RecordedEvent, StoreInspection, StreamName } from '@foldlog/core'
import type { LogSearch, ReadLogOptions } from '@foldlog/core/store'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { expectInvalidInput, freshId, newEvent, right, streamNamed, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { appendOne, commit, commitOf, freshName, leaseWithDocuments, registerAndLease } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const inspectionOf = ({ searchLog, listStreams, countEvents, listTimers }: CompleteHandlerStore): StoreInspection =>
  searchLog && listStreams && countEvents && listTimers
    ? { searchLog, listStreams, countEvents, listTimers }
    : fail('the store has no StoreInspection; when it has none, declare it: inspection: false')

/** A category that no other law uses, without a dash. */
const freshCategory = (): string => `seen${freshId()}`

/** All events of a search, by pages of so many events. */
const searchAll = async (store: CompleteHandlerStore, search: LogSearch, count = 1_000) => {
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
const readAll = async (store: CompleteHandlerStore, options: ReadLogOptions) => {
  const events: Array<RecordedEvent> = []
  for (let after = 0; ; ) {
    const page = await right(store.readLog({ ...options, after }))
    events.push(...page.events)
    if (page.end) return events
    after = page.position
  }
}

const positionsOf = (events: ReadonlyArray<RecordedEvent>) => events.map(({ position }) => position)

const eventWith = (metadata: NewEvent['metadata'], type = 'Happened'): NewEvent => ({ ...newEvent({}, type), metadata })

/** Two streams of a fresh category, with events of two types, correlation ids and causation ids. */
const writeExample = async (store: CompleteHandlerStore) => {
  const category = freshCategory()
  const [one, two] = [streamNamed(`${category}-1`), streamNamed(`${category}-2`)]
  const [correlationId, causationId] = [freshId() as string, freshId() as string]
  const append = (stream: StreamName, events: ReadonlyArray<NewEvent>) =>
    right(store.append({ stream, expected: 'any', events }))
  await append(one, [eventWith({ correlationId }), eventWith({ correlationId, causationId }, 'Other')])
  await append(two, [eventWith({ causationId }), eventWith({}), eventWith({ correlationId: freshId() }, 'Other')])
  await append(one, [eventWith({ correlationId, causationId: freshId() }), eventWith({ causationId })])
  return { category, one, two, correlationId, causationId }
}

export const inspection = groupOf(
  'inspection',
  [
    law('a search returns the events of a filter, the newest first, on pages of any size', async ({ store, other }) => {
      const { category, one } = await writeExample(store)
      const filters = [
        { categories: [category] },
        { categories: [category, freshCategory()], types: ['Other'] },
        { streams: [one, streamNamed(`${category}-3`)] },
        { streams: [one], types: ['Other'] },
        { streamPrefix: one },
        { streamPrefix: category.slice(0, -1), types: ['Happened'] },
      ]
      for (const filter of filters) {
        const expected = (await readAll(store, { filter })).toReversed()
        expectTrue(expected.length > 0, `an event for ${JSON.stringify(filter)}`)
        for (const [handle, count] of [[store, 1] as const, [store, 2] as const, [other, 1_000] as const])
          expectEqual(await searchAll(handle, { filter }, count), expected, `${JSON.stringify(filter)} by ${count}`)
      }
    }),

    law('a search without a filter returns the whole log, and begins before a position', async ({ store }) => {
      const { category } = await writeExample(store)
      const [first = 0, second = 0] = positionsOf(await readAll(store, { filter: { categories: [category] } }))
      const page = await right(inspectionOf(store).searchLog({ count: 3 }))
      expectEqual(positionsOf(page.events), positionsOf((await readAll(store, {})).slice(-3)).toReversed(), 'the end')
      expectEqual(page.end, false, 'the end of the log is not reached')
      const before = await right(inspectionOf(store).searchLog({ before: second, count: 1 }))
      expectEqual(positionsOf(before.events), [first], 'before the second event')
      const nothing = await right(inspectionOf(store).searchLog({ before: 1 }))
      expectEqual([nothing.events, nothing.end], [[], true], 'before position 1')
    }),

    law('events are found by correlation id and by causation id', async ({ store, other }) => {
      const { category, correlationId, causationId } = await writeExample(store)
      const all = (await readAll(store, { filter: { categories: [category] } })).toReversed()
      const [correlated, caused] = [
        all.filter(({ metadata }) => metadata.correlationId === correlationId),
        all.filter(({ metadata }) => metadata.causationId === causationId),
      ]
      for (const handle of [store, other]) {
        expectEqual(await searchAll(handle, { correlationId }, 2), correlated, 'by correlation id')
        expectEqual(await searchAll(handle, { causationId }), caused, 'by causation id')
        const both = caused.filter(({ metadata }) => metadata.correlationId === correlationId)
        expectEqual(await searchAll(handle, { correlationId, causationId }), both, 'by both')
        const others = caused.filter(({ type }) => type === 'Other')
        expectEqual(await searchAll(handle, { causationId, filter: { types: ['Other'] } }), others, 'and by type')
      }
      expectEqual(await searchAll(store, { correlationId: freshId() }), [], 'by an id of no event')
    }),

    law('a search by time includes its beginning and excludes its end', async ({ store, until }) => {
      const filter = { categories: [freshCategory()] }
      const append = async (id: string) => {
        const stream = streamNamed(`${filter.categories[0]}-${id}`)
        return (await right(store.append({ stream, expected: 'noStream', events: [newEvent()] }))).recordedAt
      }
      const first = await append('1')
      // The clock of the store has whole milliseconds.
      let last = first
      await until('the clock of the store moves on', async () => {
        last = await append(freshId())
        return last.getTime() > first.getTime()
      })
      const all = (await readAll(store, { filter })).toReversed()
      const within = (since: Date | undefined, end: Date | undefined) =>
        all.filter(({ recordedAt: at }) => !(since && at < since) && !(end && at >= end))
      const later = new Date(last.getTime() + 1)
      for (const [since, end] of [
        [first, undefined],
        [undefined, first],
        [last, undefined],
        [first, last],
        [last, later],
        [later, undefined],
        [new Date(0), new Date(8_640_000_000_000_000)],
        [new Date(-8_640_000_000_000_000), later],
      ] as const) {
        const found = await searchAll(store, { filter, since, until: end })
        expectEqual(
          positionsOf(found),
          positionsOf(within(since, end)),
          `from ${since?.getTime()} to ${end?.getTime()}`,
        )
      }
    }),

    law(
      'a search returns settled events only',
      async ({ store, leaveAppendOpen, until }) => {
        await appendOne(store)
        const settled = await right(store.settledPosition)
        const end = await leaveAppendOpen()
        await appendOne(store)
        expectEqual(
          positionsOf((await right(inspectionOf(store).searchLog({ count: 1 }))).events),
          [settled],
          'the last',
        )
        await end()
        await until('the settled position rises', async () => (await right(store.settledPosition)) > settled)
      },
      'openAppends',
    ),

    law('streams are listed by prefix, in the order of their names, with their last events', async ({ store }) => {
      const category = freshCategory()
      const names = ['b', 'a_c', 'abc', 'a', '～', '🏦', 'a_'].map((id) => streamNamed(`${category}-${id}`))
      for (const [i, stream] of names.entries())
        await right(
          store.append({ stream, expected: 'noStream', events: Array.from({ length: i + 1 }, () => newEvent()) }),
        )
      const last = new Map(
        (await readAll(store, { filter: { categories: [category] } })).map((event) => [event.stream as string, event]),
      )
      const rowOf = (id: string) => {
        const { stream, version, position, recordedAt } = last.get(`${category}-${id}`) ?? fail('a stream is missing')
        return { stream, status: 'open', version, position, recordedAt }
      }
      const listed = (ids: ReadonlyArray<string>) => ids.map(rowOf)
      const { listStreams } = inspectionOf(store)
      const all = ['a', 'a_', 'a_c', 'abc', 'b', '～', '🏦']
      for (const [prefix, ids] of [
        [category, all],
        [`${category}-a_`, ['a_', 'a_c']],
        [`${category}-🏦`, ['🏦']],
        [`${category}-no`, []],
      ] as const)
        expectEqual(await right(listStreams({ prefix })), { streams: listed(ids), end: true }, `the prefix ${prefix}`)
      const found = []
      for (let after: string | undefined; ; ) {
        const page = await right(listStreams({ prefix: category, after, count: 2 }))
        found.push(...page.streams)
        after = page.streams.at(-1)?.stream
        if (page.end) break
        expectEqual(page.streams.length, 2, 'streams of a page that is not the last')
      }
      expectEqual(found, listed(all), 'all pages')
    }),

    law(
      'a deleted stream is listed as deleted',
      async ({ store }) => {
        const stream = streamNamed(`${freshCategory()}-1`)
        await right(store.append({ stream, expected: 'any', events: [newEvent(), newEvent()] }))
        await right(store.deleteStream(stream, 2))
        const { streams } = await right(inspectionOf(store).listStreams({ prefix: stream }))
        expectEqual(
          streams.map(({ status, version }) => ({ status, version })),
          [{ status: 'deleted', version: 2 }],
          'the stream',
        )
      },
      'deleteStream',
    ),

    law('events are counted by category, type and schema version, unless they are estimated', async ({ store }) => {
      const category = freshCategory()
      const event = (type: string, schemaVersion: number): NewEvent => ({ ...newEvent(null, type), schemaVersion })
      const events = [event('B', 1), event('A', 2), event('A', 10), event('A', 2), event('B', 1), event('A', 1)]
      for (const id of ['1', '2'])
        await right(
          store.append({
            stream: streamNamed(`${category}-${id}`),
            expected: 'any',
            events: events.map((one) => ({ ...one, id: freshId() })),
          }),
        )
      const { counts, estimated } = await right(inspectionOf(store).countEvents)
      if (estimated) return
      const row = (type: string, schemaVersion: number, count: number) => ({ category, type, schemaVersion, count })
      expectEqual(
        counts.filter((one) => one.category === category),
        [row('A', 1, 2), row('A', 2, 4), row('A', 10, 2), row('B', 1, 4)],
        'the counts',
      )
    }),

    law('pending timers are listed in the order in which they are due', async ({ store, other }) => {
      const timer = (key: string, due: number) => ({ kind: 'timer', key, data: key, due: new Date(due) }) as const
      const far = 8_000_000_000_000
      const changes = [
        timer('c', 5),
        timer('b', far),
        timer('a', 5),
        timer('🏦', 5),
        timer('～', 5),
        { kind: 'command', key: 'command', data: null, due: new Date(1) },
        { kind: 'timer', key: 'never', data: null },
      ] as const
      const { name, generation } = await leaseWithDocuments(store, changes)
      const keys = ['a', 'c', '～', '🏦', 'b']
      for (const { listTimers } of [inspectionOf(store), inspectionOf(other)]) {
        const all = await right(listTimers({ name }))
        expectEqual([all.generation, all.end], [generation, true], 'the page')
        expectEqual(
          all.documents.map(({ key }) => key),
          keys,
          'the timers',
        )
        const first = await right(listTimers({ name, generation, count: 2 }))
        const [, second] = first.documents
        expectEqual([first.documents, first.end], [all.documents.slice(0, 2), false], 'the first page')
        if (!second?.due) return fail('a timer has no time')
        const after = { due: second.due, key: second.key }
        const rest = await right(listTimers({ name, after }))
        expectEqual(rest.documents, all.documents.slice(2), 'the timers behind')
        const documents = await right(store.getDocuments({ name, generation, kind: 'timer' }, keys))
        expectEqual(
          all.documents,
          keys.map((key) => documents.find((one) => one.key === key)),
          'the documents',
        )
      }
    }),

    law('timers of other handlers and generations are not listed', async ({ store }) => {
      const lease = await registerAndLease(store)
      const due = new Date(1)
      await commit(store, commitOf(lease, [{ kind: 'timer', key: 'a', data: null, due }]))
      const { listTimers } = inspectionOf(store)
      const nothing = { generation: 0, documents: [], end: true }
      expectEqual(await right(listTimers({ name: freshName() })), nothing, 'an unknown handler')
      expectEqual(await right(listTimers({ name: lease.name, generation: 2 })), nothing, 'an unknown generation')
      const other = await registerAndLease(store)
      const { documents } = await right(listTimers({ name: other.name }))
      expectEqual(documents, [], 'another handler')
    }),

    law('an inspection refuses bad input, and takes an undefined option for an absent one', async ({ store }) => {
      const { searchLog, listStreams, listTimers } = inspectionOf(store)
      const never = new Date(Number.NaN)
      for (const bad of [null, 7, { before: 0 }, { before: 1.5 }, { count: 0 }, { count: 10_001 }, { since: 7 }])
        await expectInvalidInput(searchLog(untyped(bad)), `searchLog(${JSON.stringify(bad)})`)
      for (const bad of [{ until: never }, { correlationId: '' }, { causationId: 7 }, { filter: { types: [] } }])
        await expectInvalidInput(searchLog(untyped(bad)), `searchLog(${JSON.stringify(bad)})`)
      for (const bad of [null, 7, { prefix: '' }, { prefix: 'a\u0000' }, { after: '' }, { count: 0 }])
        await expectInvalidInput(listStreams(untyped(bad)), `listStreams(${JSON.stringify(bad)})`)
      const name = freshName()
      for (const bad of [null, undefined, {}, { name: '' }, { name, generation: 0 }, { name, count: 0 }])
        await expectInvalidInput(listTimers(untyped(bad)), `listTimers(${JSON.stringify(bad)})`)
      for (const after of [7, {}, { due: never, key: 'a' }, { due: new Date(0), key: '' }])
        await expectInvalidInput(listTimers(untyped({ name, after })), `listTimers after ${JSON.stringify(after)}`)
      const search = { before: undefined, correlationId: undefined, causationId: undefined }
      const options = { ...search, count: undefined, filter: undefined, since: undefined, until: undefined }
      expectEqual(await right(searchLog(options)), await right(searchLog()), 'a search')
      const query = { prefix: undefined, after: undefined, count: undefined }
      expectEqual(await right(listStreams(query)), await right(listStreams()), 'the streams')
      const timers = { name, generation: undefined, after: undefined, count: undefined }
      expectEqual(await right(listTimers(timers)), await right(listTimers({ name })), 'the timers')
    }),
  ],
  'inspection',
)
