import type { NewEvent, RecordedEvent } from '@foldlog/core'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { expectInvalidInput, freshId, newEvent, right, streamNamed, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { commit, commitOf, freshName, leaseWithDocuments, registerAndLease } from './fixtures.ts'
import { law } from './handlerLaw.ts'
import { freshCategory, inspectionOf, readAll } from './inspectionFixtures.ts'

export const inspectionLists = groupOf(
  'inspection',
  [
    law('streams are listed by prefix, in the order of their names, with their last events', async ({ store }) => {
      const category = freshCategory()
      const names = ['b', 'a_c', 'abc', 'a', '～', '🏦', 'a_'].map((id) => streamNamed(`${category}-${id}`))
      for (const [i, stream] of names.entries())
        await right(
          store.append({ stream, expected: 'noStream', events: Array.from({ length: i + 1 }, () => newEvent()) }),
        )
      const last = new Map(
        (await readAll(store, { filter: { categories: [category] } })).map((event): [string, RecordedEvent] => [
          event.stream,
          event,
        ]),
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
