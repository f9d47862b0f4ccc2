import fc from 'fast-check'
import { either as E, option as O } from 'fp-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { freshStream, left, newEvents, readWholeLog, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from '../store/storeLaw.ts'
import { a, appendOf, b, isStored, kinds, markerOf, meets, positionsOf, queries, readAll, write } from './fixtures.ts'

export const matching = groupOf(
  'matching events',
  [
    law('a query selects exactly what it describes, in the order of positions', async (subject) => {
      await forAll(
        fc.tuple(fc.array(kinds, { maxLength: 12 }), fc.array(queries, { minLength: 1, maxLength: 8 })),
        subject.runs(50),
        ([log, asked]) =>
          subject.withFresh(async ({ store, other }) => {
            for (const kind of log) await write(store, kind)
            const events = await readWholeLog(store)
            for (const query of asked) {
              const found = events.filter(meets(query))
              const page = await readAll(other, query)
              expectEqual(page.events, found, 'the events')
              expectTrue(page.end, 'a page that has all events is the last one')
              const backward = await right(store.readMatching({ query, backward: true }))
              expectEqual(backward.events, [...found].reverse(), 'the events, backward')
              const last = await right(store.lastMatching(query))
              expectEqual(last.event, O.fromNullable(found.at(-1)), 'the last event')
            }
          }),
      )
    }),

    law(
      'pages of any size have every event once, and each begins behind the marker of the one before',
      async ({ store }) => {
        const positions: Array<number> = []
        for (let i = 0; i < 7; i++) {
          positions.push(await write(store, { tags: [a] }))
          await write(store, { tags: [b] })
        }
        const query = [{ tags: [a] }]
        for (const limit of [1, 2, 3, 6, 7, 8]) {
          const seen: Array<number> = []
          let page = await right(store.readMatching({ query, limit }))
          for (;;) {
            seen.push(...positionsOf(page.events))
            if (page.end) break
            expectEqual(page.events.length, limit, 'the events of a page that is not the last')
            page = await right(store.readMatching({ query, limit, after: page.marker }))
          }
          expectEqual(seen, positions, `pages of ${limit}`)
          const backward = await right(store.readMatching({ query, limit, backward: true }))
          expectEqual(positionsOf(backward.events), [...positions].reverse().slice(0, limit), `the last ${limit}`)
          expectEqual(backward.end, limit >= 7, `whether the last ${limit} are all`)
        }
      },
    ),

    law('a read after a marker has what has appeared since, and nothing else', async ({ store }) => {
      const query = [{ tags: [a] }, { types: ['X'] }]
      await write(store, { tags: [a], type: 'X' })
      const after = await markerOf(store, query)
      expectEqual((await right(store.readMatching({ query, after }))).events, [], 'before anything has appeared')
      await write(store, { tags: [b] })
      const position = await write(store, { type: 'X' })
      for (const backward of [false, true]) {
        const page = await right(store.readMatching({ query, after, backward }))
        expectEqual(positionsOf(page.events), [position], 'what has appeared')
        expectEqual((await right(store.readMatching({ query, after: page.marker }))).events, [], 'after that')
      }
    }),

    law('a marker of a page covers that page, and not what follows it', async ({ store }) => {
      const query = [{ tags: [a] }]
      for (let i = 0; i < 3; i++) await write(store, { tags: [a] })
      const part = await right(store.readMatching({ query, limit: 2 }))
      const refused = await left(store.append(appendOf({}, [{ query, marker: part.marker }])))
      expectTrue(refused._tag === 'BoundaryChanged', 'an append after a part of the events is refused')
      const rest = await right(store.readMatching({ query, limit: 2, after: part.marker }))
      expectTrue(isStored(await store.append(appendOf({}, [{ query, marker: rest.marker }]))(), 'after all'), 'stored')
    }),

    law('a marker of a read backward covers everything, also what the limit left out', async ({ store }) => {
      const query = [{ tags: [a] }]
      for (let i = 0; i < 3; i++) await write(store, { tags: [a] })
      const { marker } = await right(store.readMatching({ query, limit: 1, backward: true }))
      expectTrue(isStored(await store.append(appendOf({}, [{ query, marker }]))(), 'after a part'), 'stored')
      const last = await right(store.lastMatching(query))
      expectTrue(E.isRight(await store.append(appendOf({}, [{ query, marker: last.marker }]))()), 'after the last one')
    }),

    law('a marker is data: as JSON it means the same', async ({ store }) => {
      const query = [{ tags: [a] }]
      await write(store, { tags: [a] })
      const marker = JSON.parse(JSON.stringify(await markerOf(store, query)))
      expectTrue(isStored(await store.append(appendOf({ tags: [a] }, [{ query, marker }]))(), 'the copy'), 'it is met')
      expectTrue(!isStored(await store.append(appendOf({}, [{ query, marker }]))(), 'the copy'), 'it is met no longer')
    }),

    law(
      'events of a deleted stream still meet a query',
      async ({ store }) => {
        const stream = freshStream()
        const position = await write(store, { tags: [a], stream })
        const { marker } = await readAll(store, [{ tags: [b] }])
        await write(store, { tags: [b], stream })
        await right(store.deleteStream(stream, 'any'))
        expectEqual(positionsOf((await readAll(store, [{ tags: [a] }])).events), [position], 'the events')
        const stored = await store.append(appendOf({}, [{ query: [{ tags: [b] }], marker }]))()
        expectTrue(!isStored(stored, 'the append'), 'an append is refused by an event of a deleted stream')
      },
      'deleteStream',
    ),

    law('a page without a limit has 1,000 events', async ({ store }) => {
      const stream = freshStream()
      const events = newEvents(1_001).map((event) => ({ ...event, tags: [a] }))
      await right(store.append({ stream, expected: 'any', events }))
      const page = await right(store.readMatching({ query: [{ tags: [a] }] }))
      expectEqual([page.events.length, page.end], [1_000, false], 'the events of the page, and whether it is the last')
    }),
  ],
  'conditions',
)
