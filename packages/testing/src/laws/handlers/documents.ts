import { type DocumentQuery, type HandlerDocument, SortKey } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { commitOf, freshName, leaseWithDocuments, registerHandler, sendHeartbeat, view } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

/** In the order of code points, in which U+FF5E comes before U+1F3E6. The orders of UTF-16 and of languages differ. */
const sorted = [
  '\u0001',
  ' ',
  '%',
  '%a',
  'A',
  'Z',
  '_',
  'a',
  'a!',
  'aa',
  'ab',
  'b',
  'é',
  '\uD7FF',
  '\uE000',
  'ﬀ',
  '～',
  '\uFFFF',
  '🏦',
  '🏦🏦',
  '\u{10FFFF}',
  '\u{10FFFF}a',
]

const keysOf = (documents: ReadonlyArray<HandlerDocument>) => documents.map(({ key }) => key)

const listed = async (store: CompleteHandlerStore, query: DocumentQuery) =>
  keysOf((await right(store.listDocuments(query))).documents)

const shuffled = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> => [
  ...list.filter((_, i) => i % 3 === 1),
  ...list.filter((_, i) => i % 3 === 0).toReversed(),
  ...list.filter((_, i) => i % 3 === 2),
]

/** Creates a handler of 3 partitions with documents of both kinds of index in each. */
const partitioned = async (store: CompleteHandlerStore) => {
  const of = await registerHandler(store, 3)
  const { leases } = await sendHeartbeat(store, of, freshName('member'))
  const kinds = ['view', 'command'] as const
  const works = leases.map((lease) =>
    commitOf(
      lease,
      kinds.flatMap((kind) => [0, 1].map((i) => ({ kind, key: `${i}${lease.partition}`, data: null }))),
    ),
  )
  await right(store.commit(works))
  return of
}

export const documents = groupOf('documents', [
  law('documents are listed in the order of code points', async ({ store }) => {
    const { name } = await leaseWithDocuments(
      store,
      shuffled(sorted).map((key) => view(key)),
    )
    expectEqual(await listed(store, { name, kind: 'view' }), sorted, 'the keys')
  }),

  law('documents are listed page by page, each once', async ({ store }) => {
    const { name } = await leaseWithDocuments(
      store,
      shuffled(sorted).map((key) => view(key)),
    )
    for (const count of [1, 2, 5, sorted.length, 100]) {
      const met: Array<string> = []
      for (let after: string | undefined; ; after = met.at(-1)) {
        const start = after === undefined ? undefined : { after }
        const page = await right(store.listDocuments({ name, kind: 'view', count, ...start }))
        met.push(...keysOf(page.documents))
        expectEqual(page.end, met.length === sorted.length, `the end, after ${met.length} by ${count}`)
        if (page.end) break
      }
      expectEqual(met, sorted, `the keys, by ${count}`)
    }
  }),

  law(
    'documents that are large together are all listed, a page at a time, and found by their keys',
    async ({ store }) => {
      const keys = Array.from({ length: 20 }, (_, i) => `large-${10 + i}`)
      const { name } = await leaseWithDocuments(
        store,
        keys.map((key) => view(key, { text: 'x'.repeat(1_000_000) })),
      )
      const met: Array<string> = []
      for (let after = 'large'; ; after = met.at(-1) ?? after) {
        const page = await right(store.listDocuments({ name, kind: 'view', after }))
        met.push(...keysOf(page.documents))
        if (page.end) break
      }
      expectEqual(met, keys, 'the keys')
      const inOrder: Array<string> = []
      for (let after: string | undefined; ; after = inOrder.at(-1)) {
        const page = await right(
          store.listDocuments({
            name,
            kind: 'view',
            order: [{ path: ['none'] }],
            after,
            afterFields: after === undefined ? undefined : [SortKey.of(undefined)],
          }),
        )
        inOrder.push(...keysOf(page.documents))
        if (page.end) break
      }
      expectEqual(inOrder, keys, 'the keys in the order of a field')
      expectEqual(
        keysOf(await right(store.getDocuments({ name, kind: 'view' }, ['none', ...keys]))).toSorted(),
        keys,
        'the documents by their keys',
      )
    },
  ),

  law('a list may begin after a key that no document has', async ({ store }) => {
    const { name } = await leaseWithDocuments(store, [view('a'), view('c')])
    expectEqual(await listed(store, { name, kind: 'view', after: 'b' }), ['c'], 'the keys')
  }),

  law('a prefix selects the keys that begin with it, letter by letter', async ({ store }) => {
    const { name } = await leaseWithDocuments(
      store,
      sorted.map((key) => view(key)),
    )
    for (const prefix of sorted) {
      const expected = sorted.filter((key) => key.startsWith(prefix))
      expectEqual(await listed(store, { name, kind: 'view', prefix }), expected, `the keys that begin with ${prefix}`)
    }
    expectEqual(await listed(store, { name, kind: 'view', prefix: 'a', after: 'a!' }), ['aa', 'ab'], 'those after a!')
    expectEqual(await listed(store, { name, kind: 'view', prefix: 'a', after: 'z' }), [], 'those after z')
  }),

  law('a filter of fields selects the documents with these values', async ({ store }) => {
    const data = [
      { a: 1, b: 'x' },
      { a: 1.0, b: null },
      { a: '1' },
      { a: [1] },
      { a: { a: 1 } },
      [{ a: 1 }],
      1,
      null,
      {},
    ]
    const { name } = await leaseWithDocuments(
      store,
      data.map((one, i) => view(`${i}`, one)),
    )
    const where = (fields: DocumentQuery['where'] = {}) => listed(store, { name, kind: 'view', where: fields })
    expectEqual(await where({ a: 1 }), ['0', '1'], 'a = 1')
    expectEqual(await where({ a: 1, b: 'x' }), ['0'], 'a = 1 and b = x')
    expectEqual(await where({ b: null }), ['1'], 'b = null')
    expectEqual(await where({ a: '1' }), ['2'], "a = '1'")
    expectEqual(await where({ c: null }), [], 'c = null')
    expectEqual(
      await where({}),
      data.map((_, i) => `${i}`),
      'no field',
    )
  }),

  law('a filtered list has pages like any other', async ({ store }) => {
    const { name } = await leaseWithDocuments(
      store,
      Array.from({ length: 9 }, (_, i) => view(`${i}`, { odd: i % 2 === 1 })),
    )
    const page = await right(store.listDocuments({ name, kind: 'view', where: { odd: true }, count: 3 }))
    expectEqual([keysOf(page.documents), page.end], [['1', '3', '5'], false], 'the first page')
    const last = await right(store.listDocuments({ name, kind: 'view', where: { odd: true }, count: 3, after: '5' }))
    expectEqual([keysOf(last.documents), last.end], [['7'], true], 'the last page')
  }),

  law('a list for partitions has the documents that these partitions wrote', async ({ store }) => {
    const { name } = await partitioned(store)
    for (const kind of ['view', 'command'] as const) {
      expectEqual(
        await listed(store, { name, kind, partitions: [2, 0, 2] }),
        ['00', '02', '10', '12'],
        `${kind} of 0 and 2`,
      )
      expectEqual(
        await listed(store, { name, kind, partitions: [1], prefix: '1' }),
        ['11'],
        `${kind} of 1 with a prefix`,
      )
      expectEqual(await listed(store, { name, kind, partitions: [0, 1], count: 3 }), ['00', '01', '10'], `3 ${kind}`)
      expectEqual(await listed(store, { name, kind, partitions: [] }), [], `${kind} of none`)
      expectEqual(await listed(store, { name, kind, partitions: [7] }), [], `${kind} of one that is not there`)
    }
  }),

  law('handlers, generations and kinds do not share documents', async ({ store }) => {
    const { name } = await leaseWithDocuments(store, [view('a')])
    await registerHandler(store, 1, { name, generation: 2 })
    expectEqual(await listed(store, { name, kind: 'view' }), ['a'], 'of the serving generation')
    expectEqual(await listed(store, { name, kind: 'process' }), [], 'of another kind')
    expectEqual(await listed(store, { name, generation: 2, kind: 'view' }), [], 'of another generation')
    const unknown = { generation: 0, position: 0, history: await right(store.history), documents: [], end: true }
    expectEqual(await right(store.listDocuments({ name: freshName(), kind: 'view' })), unknown, 'of an unknown handler')
    expectEqual(
      await right(store.listDocuments({ name, generation: 9, kind: 'view' })),
      unknown,
      'of an unknown generation',
    )
  }),

  law('a page of documents has the lowest checkpoint of the partitions', async ({ store }) => {
    const of = await registerHandler(store, 2)
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    await right(store.commit(leases.map((lease) => commitOf(lease, [], 5 + lease.partition))))
    expectEqual((await right(store.listDocuments({ name: of.name, kind: 'view' }))).position, 5, 'the position')
  }),

  law('getDocuments returns each document once and leaves out unknown keys', async ({ store }) => {
    const lease = await leaseWithDocuments(
      store,
      sorted.map((key) => view(key)),
    )
    const of = { name: lease.name, kind: 'view' } as const
    const found = await right(store.getDocuments(of, [...sorted, 'never was', 'a', 'a']))
    expectEqual(keysOf(found).toSorted(), sorted.toSorted(), 'the keys')
    expectEqual(await right(store.getDocuments(of, [])), [], 'for no keys')
    expectEqual(await right(store.getDocuments({ ...of, kind: 'timer' }, sorted)), [], 'of another kind')
    expectEqual(await right(store.getDocuments({ ...of, generation: 2 }, sorted)), [], 'of another generation')
    expectEqual(await right(store.getDocuments({ ...of, name: freshName() }, sorted)), [], 'of an unknown handler')
    expectEqual((await right(store.getDocuments({ ...of, generation: 1 }, ['a'])))[0]?.generation, 1, 'the generation')
  }),
])
