import { Tag } from '@foldlog/core'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { freshId, newEvent, right, streamNamed } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { appendOne } from './fixtures.ts'
import { law } from './handlerLaw.ts'
import { freshCategory, inspectionOf, positionsOf, readAll, searchAll, writeExample } from './inspectionFixtures.ts'

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

    law(
      'a search by tags returns the events that have all of them',
      async ({ store, other }) => {
        const category = freshCategory()
        const [one, two] = [Tag.of('one', freshId()), Tag.of('two', freshId())]
        for (const tags of [[one], [one, two], [two], []])
          await right(
            store.append({ stream: streamNamed(`${category}-1`), expected: 'any', events: [{ ...newEvent(), tags }] }),
          )
        const byPosition = (await readAll(store, { filter: { categories: [category] } })).toReversed()
        for (const tags of [[one], [two], [one, two]]) {
          const expected = byPosition.filter((event) => tags.every((tag) => event.tags?.includes(tag)))
          for (const handle of [store, other])
            for (const filter of [{ tags }, { tags, categories: [category] }])
              expectEqual(await searchAll(handle, { filter }, 2), expected, JSON.stringify(filter))
        }
      },
      'conditions',
    ),

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
  ],
  'inspection',
)
