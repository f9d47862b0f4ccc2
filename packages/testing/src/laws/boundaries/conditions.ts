import fc from 'fast-check'
import { expectEqual, expectMatch, expectTrue } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { freshStream, numbersTo, readWholeLog, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from '../store/storeLaw.ts'
import { a, appendOf, b, c, isStored, kinds, markerOf, meets, queries, readAll, refusal, write } from './fixtures.ts'

export const conditions = groupOf(
  'conditions',
  [
    law('an append is refused by what meets its condition, and by nothing else', async (subject) => {
      await forAll(
        fc.tuple(fc.array(kinds, { maxLength: 5 }), queries, fc.array(kinds, { minLength: 1, maxLength: 4 })),
        subject.runs(100),
        ([before, query, after]) =>
          subject.withFresh(async ({ store, other }) => {
            for (const kind of before) await write(store, kind)
            const marker = await markerOf(store, query)
            for (const kind of after) await write(other, kind)
            const appeared = (await readWholeLog(store)).slice(before.length).filter(meets(query))
            const append = appendOf({}, [{ query, marker }])
            if (appeared.length === 0) {
              expectTrue(isStored(await store.append(append)(), 'an unrelated append'), 'it is stored')
            } else {
              const { conflicts } = await refusal(store.append(append), 'an append that something has overtaken')
              expectEqual(
                conflicts,
                appeared.map(({ position, type, stream }) => ({ condition: 0, position, type, stream })),
                'the conflicts',
              )
              expectEqual((await readWholeLog(store)).length, before.length + after.length, 'the events of the log')
            }
          }),
      )
    }),

    law('a condition without a marker excludes every event that meets it', async ({ store }) => {
      const claim = appendOf({ tags: [a] }, [{ query: [{ tags: [a] }] }])
      await write(store, { tags: [b] })
      expectTrue(isStored(await store.append(claim)(), 'the first'), 'the first is stored')
      await refusal(store.append(appendOf({ tags: [a] }, [{ query: [{ tags: [a] }] }])), 'the second')
    }),

    law('a condition without tags is refused by any event of its types, or by any event at all', async ({ store }) => {
      for (const [query, kind] of [
        [[{ types: ['X', 'Y'] }], { type: 'Y' }],
        [[{}], { type: 'Z' }],
        [[{ types: [], tags: [] }], { tags: [c] }],
      ] as const) {
        const marker = await markerOf(store, query)
        expectTrue(isStored(await store.append(appendOf({}, [{ query, marker }]))(), 'before'), 'stored before')
        const again = await markerOf(store, query)
        await write(store, kind)
        await refusal(store.append(appendOf({}, [{ query, marker: again }])), 'after such an event')
      }
    }),

    law(
      'each of two keys refuses, and one event with both tags is needed where an item has both',
      async ({ store }) => {
        const [either, both] = [[{ tags: [a] }, { tags: [b] }], [{ tags: [a, b] }]]
        for (const tags of [[a], [b]]) {
          const [ofEither, ofBoth] = [await markerOf(store, either), await markerOf(store, both)]
          await write(store, { tags })
          await refusal(store.append(appendOf({}, [{ query: either, marker: ofEither }])), 'a or b')
          const stored = await store.append(appendOf({}, [{ query: both, marker: ofBoth }]))()
          expectTrue(isStored(stored, 'a and b'), 'an event with one of two tags does not meet an item with both')
        }
        const marker = await markerOf(store, both)
        await write(store, { tags: [c, b, a] })
        await refusal(store.append(appendOf({}, [{ query: both, marker }])), 'a and b, by an event with both')
      },
    ),

    law('the marker that an append returns covers it, and nothing later', async ({ store, other }) => {
      const query = [{ tags: [a] }]
      let marker = await markerOf(store, query)
      for (const round of numbersTo(5)) {
        const appended = await right(store.append(appendOf({ tags: [a] }, [{ query, marker }])), `append ${round}`)
        expectEqual(appended.markers?.length, 1, 'the number of markers')
        marker = appended.markers?.[0] ?? marker
        await write(other, { tags: [b] })
      }
      const { events } = await readAll(store, query)
      expectEqual(events.length, 5, 'the events')
      await write(other, { tags: [a] })
      await refusal(store.append(appendOf({}, [{ query, marker }])), 'after a later event')
    }),

    law('an append without conditions returns no markers', async ({ store }) => {
      const { markers } = await right(store.append(appendOf({ tags: [a] })))
      expectEqual(markers, undefined, 'the markers')
      expectEqual((await right(store.append(appendOf({}, [])))).markers, undefined, 'with an empty list of conditions')
    }),

    law('all conditions that are not met are reported at once, each with its events', async ({ store }) => {
      const [first, second, third] = await Promise.all([a, b, c].map((tag) => markerOf(store, [{ tags: [tag] }])))
      const stream = freshStream()
      const position = await write(store, { tags: [a, c], type: 'X', stream })
      const later = await write(store, { tags: [c], type: 'Y', stream })
      const { conflicts, changes } = await refusal(
        store.append(
          appendOf({}, [
            { query: [{ tags: [a] }], marker: first },
            { query: [{ tags: [b] }], marker: second },
            { query: [{ tags: [c] }], marker: third },
          ]),
        ),
        'an append with two conditions that are not met',
      )
      const expected = [
        { condition: 0, position, type: 'X', stream },
        { condition: 2, position, type: 'X', stream },
        { condition: 2, position: later, type: 'Y', stream },
      ]
      expectEqual(conflicts, expected, 'the conflicts')
      for (const { condition, events } of changes ?? []) {
        const after = condition === 0 ? first : third
        const query = [{ tags: [condition === 0 ? a : c] }]
        const read = await right(store.readMatching({ query, after }))
        expectEqual(events, read.events, `what appeared, of condition ${condition}`)
      }
    }),

    law('with what a refusal says, or a read after the marker, the next append is stored', async ({ store }) => {
      const query = [{ tags: [a] }]
      const after = await markerOf(store, query)
      await write(store, { tags: [a] })
      const { changes } = await refusal(store.append(appendOf({}, [{ query, marker: after }])), 'the first attempt')
      const { marker } = changes?.[0] ?? (await right(store.readMatching({ query, after })))
      expectTrue(
        isStored(await store.append(appendOf({}, [{ query, marker }]))(), 'the second attempt'),
        'it is stored',
      )
    }),

    law('an error names at most 100 conflicts, and one of every condition', async ({ store }) => {
      const events = numbersTo(120)
        .map(() => appendOf({ tags: [a] }).events[0])
        .flatMap((event) => event ?? [])
      await right(store.append({ stream: freshStream(), expected: 'any', events }))
      await write(store, { tags: [b] })
      const query = [[{ tags: [a] }], [{ tags: [b] }]]
      const { conflicts } = await refusal(
        store.append(
          appendOf(
            {},
            query.map((one) => ({ query: one })),
          ),
        ),
        'the append',
      )
      expectTrue(conflicts.length <= 100, `it names ${conflicts.length} conflicts`)
      expectEqual([...new Set(conflicts.map(({ condition }) => condition))], [0, 1], 'the conditions that it names')
    }),

    law(
      'an event of its own never refuses an append, nor one that is stored together with it',
      async ({ store, can }) => {
        const query = [{ tags: [a] }]
        const own = {
          ...appendOf({}, [{ query }]),
          events: [a, b, a].flatMap((tag) => appendOf({ tags: [tag] }).events),
        }
        await right(store.append(own), 'an append of several events that meet its condition')
        if (!can('appendAll')) return
        const marker = await markerOf(store, query)
        const parts = [appendOf({ tags: [a] }), appendOf({ tags: [a] }, [{ query, marker }]), appendOf({ tags: [a] })]
        const [, second] = await right(store.appendAll(parts), 'appends together')
        const next = appendOf({}, [{ query, marker: second?.markers?.[0] }])
        expectTrue(isStored(await store.append(next)(), 'after them'), 'the marker covers all parts')
      },
    ),

    law(
      'the conditions of each part hold for all appends together, and are counted over all',
      async ({ store }) => {
        const [ofA, ofB] = [await markerOf(store, [{ tags: [a] }]), await markerOf(store, [{ tags: [b] }])]
        await write(store, { tags: [b] })
        const parts = [
          appendOf({}, [{ query: [{ tags: [a] }], marker: ofA }]),
          appendOf({}),
          appendOf({}, [{ query: [{ tags: [c] }] }, { query: [{ tags: [b] }], marker: ofB }]),
        ]
        const { conflicts } = await refusal(store.appendAll(parts), 'the appends')
        expectMatch(conflicts, [{ condition: 2 }], 'the conflicts')
        expectEqual((await readWholeLog(store)).length, 1, 'the events of the log')
      },
      'appendAll',
    ),
  ],
  'conditions',
)
