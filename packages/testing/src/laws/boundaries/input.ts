import { type Condition, Tag } from '@foldlog/core'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { expectInvalidInput, numbersTo, readWholeLog, right, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from '../store/storeLaw.ts'
import { a, appendOf, isStored, markerOf, write } from './fixtures.ts'

const many = (count: number): ReadonlyArray<string> => numbersTo(count).map((n) => `T${n}`)

/** Queries that no store takes, with the part that the error names. */
const wrongQueries: ReadonlyArray<readonly [what: string, part: string, query: unknown]> = [
  ['no query', '', undefined],
  ['no items', '', []],
  ['65 items', '', many(65).map((type) => ({ types: [type] }))],
  ['an item that is none', '[0]', [null]],
  ['33 types', '[0].types', [{ types: many(33) }]],
  ['33 tags', '[1].tags', [{}, { tags: many(33).map((name) => Tag.of(name, 1)) }]],
  ['a text that is no tag', '[0].tags[0]', [{ tags: ['a'] }]],
  ['a tag with NUL', '[0].tags[1]', [{ tags: [a, Tag.of('a', '\0')] }]],
  ['a tag with half a surrogate pair', '[0].tags[0]', [{ tags: [Tag.of('a', '\ud800')] }]],
  ['an empty list of streams', '[0].streams', [{ streams: [] }]],
  ['an empty list of categories', '[0].categories', [{ categories: [] }]],
  ['a stream that is none', '[0].streams[0]', [{ streams: ['thing'] }]],
]

export const input = groupOf(
  'input of boundaries',
  [
    law('a query that is not valid is rejected, wherever it occurs', async ({ store }) => {
      for (const [what, part, query] of wrongQueries) {
        const of = untyped(query)
        await expectInvalidInput(store.readMatching({ query: of }), `readMatching: ${what}`, `query${part}`)
        await expectInvalidInput(store.lastMatching(of), `lastMatching: ${what}`, `query${part}`)
        const append = store.append(appendOf({}, [{ query: [{}] }, { query: of }]))
        await expectInvalidInput(append, `a condition: ${what}`, `append.conditions[1].query${part}`)
      }
      expectEqual(await readWholeLog(store), [], 'the log')
    }),

    law('the largest query is taken', async ({ store }) => {
      const tags = many(32).map((name) => Tag.of(name, 1))
      const item = { types: many(32), tags }
      const query = numbersTo(64).map((n) => ({ ...item, categories: [`c${n}`] }))
      expectTrue(isStored(await store.append(appendOf({ type: 'T1', tags }, [{ query }]))(), 'the append'), 'stored')
    }),

    law('tags that are not valid are rejected, and nothing is written', async ({ store, can }) => {
      const wrong: ReadonlyArray<readonly [string, string, unknown]> = [
        ['no list', '', 'a:1'],
        ['a text that is no tag', '[1]', [a, 'b']],
        ['an undefined value', '[0]', [Tag.of('a', untyped(undefined))]],
        ['a tag with NUL', '[0]', [Tag.of('a', '\0')]],
        ['a tag that is too long', '[0]', [Tag.of('a', 'x'.repeat(1_023))]],
        ['33 tags', '', many(33).map((name) => Tag.of(name, 1))],
      ]
      for (const [what, part, tags] of wrong) {
        await expectInvalidInput(store.append(appendOf({ tags: untyped(tags) })), what, `append.events[0].tags${part}`)
      }
      for (const tags of can('filters') ? [['a'], []] : []) {
        await expectInvalidInput(store.readLog({ filter: { tags: untyped(tags) } }), `[${tags}]`, 'filter.tags')
      }
      expectEqual(await readWholeLog(store), [], 'the log')
    }),

    law('conditions that are none, or too many, are rejected', async ({ store }) => {
      const of = (conditions: unknown) => store.append(appendOf({}, untyped(conditions)))
      await expectInvalidInput(of('all'), 'a text', 'append.conditions')
      await expectInvalidInput(of([undefined]), 'nothing in a list', 'append.conditions[0]')
      const conditions: ReadonlyArray<Condition> = numbersTo(65).map((n) => ({ query: [{ types: [`T${n}`] }] }))
      await expectInvalidInput(of(conditions), '65 conditions', 'append')
      expectTrue(isStored(await of(conditions.slice(1))(), '64 conditions'), '64 conditions are taken')
    }),

    law('options of a read that are not valid are rejected', async ({ store }) => {
      for (const limit of [0, -1, 1.5, 10_001, '1', null]) {
        await expectInvalidInput(store.readMatching({ query: [{}], limit: untyped(limit) }), `limit ${limit}`, 'limit')
      }
      await expectInvalidInput(store.readMatching(untyped(undefined)), 'no options', 'options')
      await expectInvalidInput(store.readMatching({ query: [{}], backward: untyped('yes') }), 'backward', 'backward')
    }),

    law('a marker of another store is rejected, and so is what is no marker', async ({ store, withFresh }) => {
      const query = [{ tags: [a] }]
      await write(store, { tags: [a] })
      const own = await markerOf(store, query)
      const wrong: Array<unknown> = [null, 7, 'marker', {}, { ...own, settled: -1 }, { ...own, seen: [own.settled] }]
      await withFresh(async (fresh) => {
        await write(fresh.store, { tags: [a] })
        wrong.push(await markerOf(fresh.store, query))
      })
      for (const marker of wrong) {
        await expectInvalidInput(store.append(appendOf({}, [{ query, marker: untyped(marker) }])), 'a condition')
        await expectInvalidInput(store.readMatching({ query, after: untyped(marker) }), 'a read after it')
      }
      expectEqual((await readWholeLog(store)).length, 1, 'the events of the log')
      await right(store.append(appendOf({}, [{ query, marker: own }])), 'an append with its own marker')
    }),
  ],
  'conditions',
)
