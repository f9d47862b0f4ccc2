import { fc } from '@fast-check/jest'
import { type Append, EventCodec, EventId, type Json, StreamName } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { InlineProjection, makeHandlerRuntime, makeInlineProjections, Views } from '@foldlog/subscriptions'
import { afterAll, describe, expect, it } from '@jest/globals'
import { function as F } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { right, startRuntime } from './fixtures.ts'

const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { max: 8, fetch_types: false, onnotice: () => {} })
const schema = `inline_fold_${process.pid}`

const inPostgres = async () => {
  right(await migrate({ sql, schema })())
  return makePostgresStore({ sql, schema, retryTimeout: 30_000 })
}

afterAll(async () => {
  await sql`drop schema if exists ${sql(schema)} cascade`
  await sql.end()
})

const nextId = EventId.source({ now: Date.now, random: Math.random })

/**
 * Events that were written in other forms before: one is read as another version, one is read as two events, and one is
 * skipped.
 */
const ItemEvent = EventCodec.make(
  {
    Added: F.pipe(
      EventCodec.version(1, t.strict({ amount: t.number })),
      EventCodec.upcast(2, t.strict({ n: t.number }), ({ amount }) => ({ n: amount })),
    ),
    Removed: t.strict({}),
  },
  {
    retired: [
      EventCodec.split(
        { type: 'Pair', schemaVersion: 1 },
        t.strict({ a: t.number, b: t.number }),
        [{ type: 'Added', schemaVersion: 2 }],
        ({ a, b }) => [a, b].map((n) => ({ type: 'Added', schemaVersion: 2, data: { n } }) as const),
      ),
      EventCodec.drop({ type: 'Noise', schemaVersion: 1 }),
    ],
  },
)

const BoxEvent = EventCodec.make({ Put: t.strict({ n: t.number }) })

interface Stored {
  readonly type: string
  readonly schemaVersion: number
  readonly data: Json
}

const n = fc.nat(9)
const itemEvent: fc.Arbitrary<Stored> = fc.oneof(
  n.map((amount) => ({ type: 'Added', schemaVersion: 1, data: { amount } })),
  n.map((n) => ({ type: 'Added', schemaVersion: 2, data: { n } })),
  fc.tuple(n, n).map(([a, b]) => ({ type: 'Pair', schemaVersion: 1, data: { a, b } })),
  fc.constant({ type: 'Noise', schemaVersion: 1, data: null }),
  fc.constant({ type: 'Removed', schemaVersion: 1, data: {} }),
)
const boxEvent: fc.Arbitrary<Stored> = n.map((n) => ({ type: 'Put', schemaVersion: 1, data: { n } }))

/** Items and boxes, each with the names that their categories had before, and a category that is no source. */
const categories = ['item', 'thing', 'stuff', 'box', 'crate', 'other'] as const

const part = fc.record({ category: fc.constantFrom(...categories), id: fc.nat(2) }).chain((stream) =>
  fc.record({
    stream: fc.constant(stream),
    events: fc.array(stream.category === 'box' || stream.category === 'crate' ? boxEvent : itemEvent, {
      minLength: 1,
      maxLength: 3,
    }),
  }),
)

const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      _tag: fc.constant('append' as const),
      parts: fc.uniqueArray(part, {
        minLength: 1,
        maxLength: 3,
        selector: ({ stream }) => `${stream.category}-${stream.id}`,
      }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      _tag: fc.constant('delete' as const),
      category: fc.constantFrom(...categories),
      id: fc.nat(2),
    }),
  },
)

const scenario = fc.record({
  before: fc.array(step, { maxLength: 5 }),
  after: fc.array(step, { minLength: 1, maxLength: 8 }),
  types: fc.option(fc.constant(['Added', 'Pair', 'Put'] as const), { nil: undefined }),
  partitions: fc.integer({ min: 1, max: 3 }),
})

type Scenario = typeof scenario extends fc.Arbitrary<infer A> ? A : never
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never
type Store = MemoryStore | PostgresStore

let runs = 0

/**
 * A projection of all sources, with categories of its own, because runs share a store. A view is a list of numbers; 7
 * removes the view `all`.
 */
const projectionOf = (run: number, { types, partitions }: Scenario) =>
  InlineProjection.make({
    name: `inline ${run}`,
    from: [
      { category: `item${run}`, formerCategories: [`thing${run}`, `stuff${run}`], events: ItemEvent },
      { category: `box${run}`, formerCategories: [`crate${run}`], events: BoxEvent },
    ],
    ...(types === undefined ? undefined : { filter: { types } }),
    partitions,
    view: t.readonlyArray(t.number),
    key: ({ stream, event }) => {
      const own = event.type === 'Removed' ? 'removed' : `rest ${event.data.n % 3}`
      return [stream, 'all', own, stream]
    },
    project: (view: ReadonlyArray<number> | undefined, { event }, key) => {
      if (event.type === 'Removed' || (event.data.n === 7 && key === 'all')) return undefined
      return [...(view ?? []), event.type === 'Put' ? 100 + event.data.n : event.data.n]
    },
  })

/** The views by both ways, after the same appends: written with the appends, and folded from the log by a runtime. */
const bothWays = async (store: Store, tried: Scenario) => {
  const run = runs++
  const projection = projectionOf(run, tried)
  const followed = { ...projection, name: `followed ${run}` }
  const nameOf = (category: string, id: number) => right(StreamName.parse(`${category}${run}-${id}`))
  const [met, deleted] = [new Set<string>(), new Set<string>()]
  let last = 0

  const runtime = makeHandlerRuntime({
    store,
    handlers: [followed],
    limits: { idleCommitInterval: 5, pollInterval: 20, leaseTime: 3_000 },
  })

  const play = async (to: Pick<Store, 'appendAll' | 'deleteStream'>, one: Step): Promise<void> => {
    if (one._tag === 'delete') {
      const stream = nameOf(one.category, one.id)
      if (!met.has(stream) || deleted.has(stream)) return
      // A follower gets no event of a stream that is deleted before it reaches it.
      if (to !== store) right(await runtime.waitFor([followed.name], last)())
      right(await to.deleteStream(stream, 'any')())
      deleted.add(stream)
      return
    }
    const appends = one.parts.flatMap(({ stream, events }): ReadonlyArray<Append> => {
      const name = nameOf(stream.category, stream.id)
      const all = events.map((event) => ({ ...event, id: nextId(), metadata: {} }))
      return deleted.has(name) ? [] : [{ stream: name, expected: 'any', events: all }]
    })
    if (appends.length === 0) return
    for (const { stream } of appends) met.add(stream)
    last =
      right(await to.appendAll(appends)())
        .at(-1)
        ?.positions.at(-1) ?? last
  }

  for (const one of tried.before) await play(store, one)
  const inline = makeInlineProjections({ store, projections: [projection] })
  right(await inline.open())
  await startRuntime(runtime)
  try {
    for (const one of tried.after) {
      await play(inline.store, one)
      // Events that count as handled are in the views.
      right(await runtime.waitFor([projection.name], last)())
    }
    right(await runtime.waitFor([followed.name], last)())
    const viewsOf = async (name: string) =>
      Object.fromEntries(right(await Views.make({ ...projection, name }, store).list()()).views)
    return { inline: await viewsOf(projection.name), followed: await viewsOf(followed.name) }
  } finally {
    await runtime.stop()
    right(await store.endInline(projection.name)())
  }
}

const stores = [
  { title: 'in memory', makeStore: async () => makeMemoryStore(), numRuns: 60 },
  { title: 'on Postgres', makeStore: inPostgres, numRuns: 8 },
]

describe.each(stores)('the inline and the followed view of one projection, $title', ({ makeStore, numRuns }) => {
  it('are the same fold, with former categories, several sources, old forms, many keys, deleted streams', async () => {
    const store: Store = await makeStore()
    const property = fc.asyncProperty(scenario, async (tried) => {
      const { inline, followed } = await bothWays(store, tried)
      expect(inline).toEqual(followed)
    })
    await fc.assert(property, { numRuns, endOnFailure: true })
    await store.stop()
  }, 120_000)

  it('contain events of a renamed category, and no append to it succeeds without the view', async () => {
    const store: Store = await makeStore()
    const event = { type: 'Added', schemaVersion: 2, data: { n: 1 } }
    const parts = [{ stream: { category: 'thing' as const, id: 1 }, events: [event] }]
    const renamed = [{ stream: { category: 'item' as const, id: 2 }, events: [event] }]
    const { inline, followed } = await bothWays(store, {
      before: [{ _tag: 'append', parts }],
      after: [
        { _tag: 'append', parts },
        { _tag: 'append', parts: renamed },
      ],
      types: undefined,
      partitions: 1,
    })
    expect(inline['all']).toEqual([1, 1, 1])
    expect(inline).toEqual(followed)

    const again = runs
    const projection = projectionOf(again, { before: [], after: [], types: undefined, partitions: 1 })
    right(await makeInlineProjections({ store, projections: [projection] }).open())
    const open = right(await store.inlineProjections()).find(({ name }) => name === projection.name)
    expect(open?.categories.toSorted()).toEqual(
      ['box', 'crate', 'item', 'stuff', 'thing'].map((one) => `${one}${again}`),
    )
    const foreign = { stream: right(StreamName.parse(`thing${again}-1`)), expected: 'any' as const }
    const refused = await store.append({ ...foreign, events: [{ ...event, id: nextId(), metadata: {} }] })()
    expect(refused).toMatchObject({
      left: { _tag: 'StoreUnavailable', why: expect.stringContaining('brings no views') },
    })
    right(await store.endInline(projection.name)())
    await store.stop()
  })
})
