import type { Json } from '@foldlog/core'
import { type DocumentFilter, type DocumentQuery, type HandlerDocument, SortKey } from '@foldlog/core/store'
import fc from 'fast-check'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { comparisons, documents, keys, query, sortedValues } from './documentArbitraries.ts'
import { compareTexts, type ModelDocument, type ModelQuery, select } from './documentModel.ts'
import { freshName, leaseWithDocuments, registerHandler, view } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

/** Texts of more bytes than an order compares. */
const long = 'é'.repeat(125)

const rangeOf = ({ comparison, value: compared }: ModelQuery['conditions'][number]) =>
  comparison === 'equalTo'
    ? SortKey.equalTo(compared)
    : comparison === 'startsWith'
      ? SortKey.startsWith(String(compared))
      : SortKey[comparison](compared ?? false)

/** The filter of a query of the model, for a store. */
const filterOf = (of: string, { conditions, prefix, from, to }: ModelQuery): DocumentFilter => ({
  name: of,
  kind: 'view',
  ranges: conditions.map((one) => ({ path: one.path, ...rangeOf(one) })),
  prefix,
  from,
  to,
})

const queryOf = (of: string, asked: ModelQuery): DocumentQuery => ({
  ...filterOf(of, asked),
  order: asked.order,
  descending: asked.descending,
})

const keysOf = (list: ReadonlyArray<{ readonly key: string }>) => list.map(({ key }) => key)

/** All pages of a query, one after the other. */
const readPages = async (store: CompleteHandlerStore, asked: DocumentQuery, count: number) => {
  const { order = [] } = asked
  const met: Array<HandlerDocument> = []
  for (;;) {
    const last = met.at(-1)
    const begin = last && {
      after: last.key,
      afterFields: order.map((field) => SortKey.of(SortKey.fieldAt(last.data, field.path))),
    }
    const page = await right(store.listDocuments({ ...asked, ...begin, count }))
    met.push(...page.documents)
    if (page.end || page.documents.length === 0) return met
  }
}

/** The same query in the other direction. */
const backwards = (asked: ModelQuery): ModelQuery => ({
  ...asked,
  order: asked.order.map((field) => ({ ...field, descending: field.descending !== true })),
  descending: !asked.descending,
})

/** Checks a property of random documents and queries. */
const forQueries = (
  store: CompleteHandlerStore,
  check: (of: string, stored: ReadonlyArray<ModelDocument>, asked: ModelQuery) => Promise<void>,
): Promise<void> =>
  fc.assert(
    fc.asyncProperty(documents, fc.array(query, { minLength: 5, maxLength: 10 }), async (stored, queries) => {
      const of = await leaseWithDocuments(
        store,
        stored.map((one) => view(one.key, one.data)),
      )
      for (const asked of queries) await check(of.name, stored, asked)
    }),
    { numRuns: 25 },
  )

/** Indexes of the fields that random queries name most. */
const indexes = [[['a']], [['b']], [['a'], ['b']], [['b'], ['a', 'b']], [["it's", '"']]]

const described = (asked: ModelQuery): string => JSON.stringify(asked)

/** A handler that has each value in a field, under keys that sort in another way. */
const withValues = async (store: CompleteHandlerStore, values: ReadonlyArray<Json>): Promise<string> => {
  const changes = values.map((one, i) => view(`${(i * 7) % values.length} ${i}`, { at: { value: one } }))
  return (await leaseWithDocuments(store, [...changes, view('none', {}), view('text', 'value')])).name
}

const at = ['at', 'value']
const valuesOf = (list: ReadonlyArray<HandlerDocument>) => list.map((one) => SortKey.fieldAt(one.data, at))

export const documentQueries = groupOf('document queries', [
  law(
    'values of a field come in one order: missing, null, booleans, numbers, texts, lists, objects',
    async ({ store }) => {
      const of = await withValues(store, [...sortedValues, [2], [1], {}])
      const sorted = await right(store.listDocuments({ name: of, kind: 'view', order: [{ path: at }] }))
      const found = valuesOf(sorted.documents)
      expectEqual(found.slice(0, 2), [undefined, undefined], 'the missing ones')
      expectEqual(found.slice(2, -3), sortedValues, 'the values')
      const reversed = { name: of, kind: 'view', order: [{ path: at, descending: true }], descending: true } as const
      const { documents: backward } = await right(store.listDocuments(reversed))
      expectEqual(keysOf(backward), keysOf(sorted.documents).toReversed(), 'the keys, backwards')
    },
  ),

  law('a range has the values of one kind, with and without its ends', async ({ store }) => {
    const of = await withValues(store, sortedValues)
    for (const one of sortedValues) {
      // Null has no order, and the values are neither lists nor objects.
      if (one === null || typeof one === 'object') continue
      for (const comparison of comparisons) {
        const asked = {
          conditions: [{ path: at, comparison, value: one }],
          order: [{ path: at }],
          descending: false,
        }
        const { documents: found } = await right(store.listDocuments(queryOf(of, asked)))
        const stored = sortedValues.map((each, i) => ({ key: `${i}`, data: { at: { value: each } } }))
        const expected = select(stored, asked).map((each) => SortKey.fieldAt(each.data, at))
        expectEqual(valuesOf(found), expected, `${comparison} ${JSON.stringify(one)}`)
      }
    }
  }),

  law('texts that begin with the same 250 bytes are in the order of keys', async ({ store }) => {
    const texts = [`${long}b`, `${long}a`, long, `${long}${'🏦'.repeat(100_000)}`]
    const { name: of } = await leaseWithDocuments(
      store,
      texts.map((text, i) => view(`${i}`, { text })),
    )
    const asked = { name: of, kind: 'view', order: [{ path: ['text'] }] } as const
    expectEqual(keysOf((await right(store.listDocuments(asked))).documents), ['0', '1', '2', '3'], 'the keys')
    const where = { text: `${long}a` }
    expectEqual(keysOf((await right(store.listDocuments({ ...asked, where }))).documents), ['1'], 'the equal one')
  }),

  law('a filter names fields of nested objects', async ({ store }) => {
    const data: ReadonlyArray<Json> = [
      { a: { b: { c: 1 }, d: 'x' } },
      { a: { b: { c: 1 } } },
      { a: { b: [{ c: 1 }] } },
      { a: [{ b: { c: 1 } }] },
      { a: { b: { c: null } } },
      { a: { b: {} } },
      [{ a: { b: { c: 1 } } }],
    ]
    const { name: of } = await leaseWithDocuments(
      store,
      data.map((one, i) => view(`${i}`, one)),
    )
    const list = async (where: DocumentQuery['where'] = {}) =>
      keysOf((await right(store.listDocuments({ name: of, kind: 'view', where }))).documents)
    expectEqual(await list({ a: { b: { c: 1 } } }), ['0', '1'], 'c = 1')
    expectEqual(await list({ a: { b: { c: 1 }, d: 'x' } }), ['0'], 'c = 1 and d = x')
    expectEqual(await list({ a: { b: { c: null } } }), ['4'], 'c = null')
  }),

  law('a range of keys begins with its first key and ends before its last', async ({ store }) => {
    const { name: of } = await leaseWithDocuments(
      store,
      keys.map((key) => view(key)),
    )
    const sorted = keys.toSorted(compareTexts)
    for (const [i, from] of sorted.entries()) {
      for (const to of sorted.slice(i)) {
        const found = await right(store.listDocuments({ name: of, kind: 'view', from, to }))
        expectEqual(keysOf(found.documents), sorted.slice(i, sorted.indexOf(to)), `from ${from} to ${to}`)
      }
    }
  }),

  law('a query gives what a plain model gives, in its order', ({ store }) =>
    forQueries(store, async (of, stored, asked) => {
      const page = await right(store.listDocuments(queryOf(of, asked)))
      expectEqual([keysOf(page.documents), page.end], [keysOf(select(stored, asked)), true], described(asked))
    }),
  ),

  law('pages of a query have each of its documents once, forwards and backwards', ({ store }) =>
    forQueries(store, async (of, stored, asked) => {
      const expected = keysOf(select(stored, asked))
      for (const count of [1, 3]) {
        expectEqual(keysOf(await readPages(store, queryOf(of, asked), count)), expected, described(asked))
        const back = keysOf(await readPages(store, queryOf(of, backwards(asked)), count))
        expectEqual(back.toReversed(), expected, `backwards: ${described(asked)}`)
      }
    }),
  ),

  law('declared indexes change no answer, and may be declared again', ({ store }) =>
    forQueries(store, async (of, stored, asked) => {
      await right(store.declareIndexes(of, indexes))
      const created = await right(store.createIndexes)
      expectEqual([created.missing, created.busy], [[], false], 'what is missing')
      const page = await right(store.listDocuments(queryOf(of, asked)))
      expectEqual(keysOf(page.documents), keysOf(select(stored, asked)), described(asked))
      await right(store.declareIndexes(of, []))
    }),
  ),

  law('the count of a filter is the number of its documents', ({ store }) =>
    forQueries(store, async (of, stored, asked) => {
      const { count } = await right(store.countDocuments(filterOf(of, asked)))
      expectEqual(count, select(stored, asked).length, described(asked))
    }),
  ),

  law(
    'a page goes on behind a document that has gone meanwhile, and behind one that has changed',
    async ({ store }) => {
      const { name: of } = await leaseWithDocuments(
        store,
        [1, 2, 2, 3].map((n, i) => view(`${i}`, { n })),
      )
      const order = [{ path: ['n'] }]
      const after = async (n: number, key: string) =>
        keysOf(
          (
            await right(
              store.listDocuments({ name: of, kind: 'view', order, after: key, afterFields: [SortKey.of(n)] }),
            )
          ).documents,
        )
      expectEqual(await after(2, '1'), ['2', '3'], 'behind one that is there')
      expectEqual(await after(2, '15'), ['2', '3'], 'behind one that has gone')
      expectEqual(await after(1.5, '3'), ['1', '2', '3'], 'behind one that has another value now')
    },
  ),

  law('a page and a count tell the generation and the position as of which they are true', async ({ store }) => {
    const { name: of, position } = await leaseWithDocuments(store, [view('a', { n: 1 })])
    await registerHandler(store, 1, { name: of, generation: 2 })
    const history = await right(store.history)
    const order = [{ path: ['n'] }]
    const { documents: _, end: __, ...page } = await right(store.listDocuments({ name: of, kind: 'view', order }))
    expectEqual(page, { generation: 1, position, history }, 'the page')
    expectEqual(await right(store.countDocuments({ name: of, kind: 'view' })), { ...page, count: 1 }, 'the count')
    const other = await right(store.countDocuments({ name: of, generation: 2, kind: 'view' }))
    expectEqual(other, { generation: 2, position: 0, history, count: 0 }, 'the count of another generation')
    const none = { generation: 0, position: 0, history, count: 0 }
    expectEqual(await right(store.countDocuments({ name: freshName(), kind: 'view' })), none, 'of an unknown handler')
    const unknown = await right(store.listDocuments({ name: freshName(), kind: 'view', order }))
    expectEqual([unknown.generation, unknown.documents, unknown.end], [0, [], true], 'a page of an unknown handler')
  }),
])
