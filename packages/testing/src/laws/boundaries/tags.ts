import { Tag } from '@foldlog/core'
import { expectEqual } from '../../internal/expectations.ts'
import { newEvent, readWholeLog, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from '../store/storeLaw.ts'
import { a, appendOf, b, c, eventOf, positionsOf, readAll, write } from './fixtures.ts'

export const tags = groupOf(
  'tags',
  [
    law(
      'every read returns the tags of an event, sorted, each once; an event without tags has none',
      async ({ store }) => {
        const odd = [
          Tag.of('a:b%', 'line\nbreak'),
          Tag.of('name', ''),
          Tag.of('name', '😀'),
          Tag.of('\'"\\{},', 'NULL'),
        ]
        const append = { ...appendOf(), events: [eventOf({ tags: [b, a, b] }), newEvent(), eventOf({ tags: odd })] }
        await right(store.append(append))
        const expected = [[a, b], undefined, [...odd].sort()]
        const reads = {
          'the stream': (await right(store.readStream(append.stream))).events,
          'the log': await readWholeLog(store),
          'matching events': (await readAll(store, [{}])).events,
        }
        for (const [what, events] of Object.entries(reads)) {
          expectEqual(
            events.map((event) => event.tags),
            expected,
            `the tags, as a read of ${what} returns them`,
          )
          expectEqual(
            events.map((event) => 'tags' in event),
            [true, false, true],
            `the events with tags, as a read of ${what} returns them`,
          )
        }
      },
    ),

    law('an empty list of tags is no tags', async ({ store }) => {
      await write(store, { tags: [] })
      expectEqual(
        (await readWholeLog(store)).map((event) => 'tags' in event),
        [false],
        'whether the event has tags',
      )
    }),

    law('an event has up to 32 tags of 1,024 characters', async ({ store }) => {
      const long = Array.from({ length: 32 }, (_, i) => Tag.of('n', `${i}`.padStart(1_022, '0')))
      const position = await write(store, { tags: long })
      expectEqual(positionsOf((await readAll(store, [{ tags: long }])).events), [position], 'what has all of them')
      const [first = a] = long
      const other = Tag.of('n', `${Tag.value(first).slice(0, -1)}x`)
      expectEqual((await readAll(store, [{ tags: [other] }])).events, [], 'what has one that ends otherwise')
    }),

    law(
      'a filter of the log selects events with all of its tags',
      async ({ store }) => {
        const positions: Array<number> = []
        for (const own of [[a], [a, b], [], [b], [c, b, a]]) positions.push(await write(store, { tags: own }))
        const [first, second, , , last] = positions
        const selected = async (filter: object) => positionsOf(await readWholeLog(store, { filter, count: 2 }))
        expectEqual(await selected({ tags: [a] }), [first, second, last], 'events with a')
        expectEqual(await selected({ tags: [b, a] }), [second, last], 'events with a and b')
        expectEqual(await selected({ tags: [Tag.of('a', 2)] }), [], 'events with another value of a')
        expectEqual(await selected({ tags: [a], types: ['Other'] }), [], 'events with a, of another type')
      },
      'filters',
    ),
  ],
  'conditions',
)
