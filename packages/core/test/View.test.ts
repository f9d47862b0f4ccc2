import {
  EventCodec,
  type EventOf,
  orThrow,
  Query,
  type RecordedEvent,
  StreamName,
  Tag,
  Tagged,
  View,
} from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'

const { identity, pipe } = F

const data = t.strict({ n: t.number, of: t.readonlyArray(t.string) })
const AnyEvent = EventCodec.make(
  { X: data, Y: data, Z: data },
  {
    tags: {
      X: ({ of }) => of.map((name) => Tag.of(name, 1)),
      Y: ({ of }) => of.map((name) => Tag.of(name, 1)),
    },
  },
)
type AnyEvent = EventOf<typeof AnyEvent>

type NumberView = View<AnyEvent, number>

/** Fails the test when the property fails for some values. They are always the same. */
const holds = <A extends [unknown, ...Array<unknown>]>(property: fc.IProperty<A>) =>
  fc.assert(property, { numRuns: 300, seed: 42 })

const names = ['a', 'b', 'c']
const stream = (name: string) => orThrow(StreamName.parse(name))

const events: fc.Arbitrary<ReadonlyArray<Tagged<AnyEvent>>> = fc.array(
  fc
    .record({
      type: fc.constantFrom('X' as const, 'Y' as const, 'Z' as const),
      n: fc.integer({ min: 1, max: 9 }),
      of: fc.subarray(names),
      in: fc.constantFrom('thing-1', 'thing-2', 'other-1'),
    })
    .map(({ type, n, of, in: name }) => orThrow(Tagged.of(AnyEvent, stream(name))({ type, data: { n, of } }))),
  { maxLength: 8 },
)

/** Folds whose order counts, so that a lost, doubled or moved event shows. */
const add = (seed: number) => (state: number, event: AnyEvent) => (state * 31 + event.data.n * seed) % 1_000_003

/** Views of every kind, also composed ones. Each shows a number. */
const views: fc.Arbitrary<NumberView> = fc.letrec<{ view: NumberView; leaf: NumberView }>((tie) => ({
  leaf: fc
    .record({
      seed: fc.integer({ min: 1, max: 9 }),
      types: fc.subarray(['X', 'Y', 'Z'] as const),
      tags: fc.subarray(names, { maxLength: 2 }),
      narrowed: fc.constantFrom({}, { streams: [stream('thing-1')] }, { categories: ['thing'] }),
    })
    .map(({ seed, types, tags, narrowed }) =>
      View.make({
        events: AnyEvent,
        initialState: seed,
        on: Object.fromEntries(types.map((type) => [type, add(seed)])),
        tags: tags.map((name) => Tag.of(name, 1)),
        ...narrowed,
      }),
    ),
  view: fc.oneof(
    { maxDepth: 2 },
    { arbitrary: tie('leaf'), weight: 3 },
    { arbitrary: fc.integer().map((n) => View.of(n)), weight: 1 },
    { arbitrary: tie('view').map(View.map((n: number) => n + 1)), weight: 1 },
    {
      arbitrary: fc
        .tuple(tie('view'), tie('view'))
        .map(([one, other]) =>
          View.map(({ a, b }: { a: number; b: number }) => a * 7 + b)(View.all({ a: one, b: other })),
        ),
      weight: 2,
    },
  ),
})).view

const functions: fc.Arbitrary<(n: number) => number> = fc
  .tuple(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -3, max: 3 }))
  .map(
    ([by, plus]) =>
      (n) =>
        n * by + plus,
  )

/** Views are equal when every history makes them show the same, and when they need the same events. */
const expectEqualViews = (
  one: View<AnyEvent, unknown>,
  other: View<AnyEvent, unknown>,
  of: ReadonlyArray<Tagged<AnyEvent>>,
) => {
  expect(View.fold(one)(of)).toEqual(View.fold(other)(of))
  const selected = (view: View<AnyEvent, unknown>) => of.filter(selectedBy(view.query))
  expect(selected(one)).toEqual(selected(other))
}

const selectedBy = (query: Query) => {
  const matches = Query.matches(query)
  return ({ event, stream, tags }: Tagged<AnyEvent>) => matches({ type: event.type, stream, tags })
}

const compose =
  (f: (n: number) => number) =>
  (g: (n: number) => number) =>
  (n: number): number =>
    f(g(n))

describe('views are a functor', () => {
  it('identity', () =>
    holds(fc.property(views, events, (view, of) => expectEqualViews(View.map(identity)(view), view, of))))

  it('composition', () =>
    holds(
      fc.property(views, functions, functions, events, (view, f, g, of) =>
        expectEqualViews(pipe(view, View.map(g), View.map(f)), View.map(compose(f)(g))(view), of),
      ),
    ))

  it('a function does not change the query', () =>
    holds(fc.property(views, functions, (view, f) => expect(View.map(f)(view).query).toEqual(view.query))))
})

describe('views are an applicative functor', () => {
  const functionViews = fc
    .tuple(views, functions)
    .map(([view, f]) => View.map((n: number) => (m: number) => f(n) + m)(view))

  it('identity', () =>
    holds(
      fc.property(views, events, (view, of) =>
        expectEqualViews(
          pipe(
            View.of((n: number) => n),
            View.ap(view),
          ),
          view,
          of,
        ),
      ),
    ))

  it('homomorphism', () =>
    holds(
      fc.property(functions, fc.integer(), events, (f, n, of) =>
        expectEqualViews(pipe(View.of(f), View.ap(View.of(n))), View.of(f(n)), of),
      ),
    ))

  it('interchange', () =>
    holds(
      fc.property(functionViews, fc.integer(), events, (view, n, of) =>
        expectEqualViews(
          pipe(view, View.ap(View.of(n))),
          pipe(
            View.of((f: (n: number) => number) => f(n)),
            View.ap(view),
          ),
          of,
        ),
      ),
    ))

  it('composition', () =>
    holds(
      fc.property(functionViews, functionViews, views, events, (f, g, view, of) =>
        expectEqualViews(
          pipe(View.of(compose), View.ap(f), View.ap(g), View.ap(view)),
          pipe(f, View.ap(pipe(g, View.ap(view)))),
          of,
        ),
      ),
    ))

  it('`map` is `ap` of a pure function', () =>
    holds(
      fc.property(views, functions, events, (view, f, of) =>
        expectEqualViews(View.map(f)(view), pipe(View.of(f), View.ap(view)), of),
      ),
    ))
})

describe('the product of views', () => {
  it('is associative, but for the form of its state', () =>
    holds(
      fc.property(views, views, views, events, (a, b, c, of) =>
        expectEqualViews(
          pipe(
            View.all({ ab: View.all({ a, b }), c }),
            View.map(({ ab, c: last }) => [ab.a, ab.b, last]),
          ),
          pipe(
            View.all({ a, bc: View.all({ b, c }) }),
            View.map(({ a: first, bc }) => [first, bc.b, bc.c]),
          ),
          of,
        ),
      ),
    ))

  it('is natural: functions on its parts are a function on it', () =>
    holds(
      fc.property(views, views, functions, functions, events, (a, b, f, g, of) =>
        expectEqualViews(
          View.all({ a: View.map(f)(a), b: View.map(g)(b) }),
          pipe(
            View.all({ a, b }),
            View.map((states) => ({ a: f(states.a), b: g(states.b) })),
          ),
          of,
        ),
      ),
    ))

  it('has a neutral element', () =>
    holds(
      fc.property(views, events, (a, of) =>
        expectEqualViews(
          pipe(
            View.all({ a, unit: View.of(null) }),
            View.map((states) => states.a),
          ),
          a,
          of,
        ),
      ),
    ))

  it('has the states of its parts', () =>
    holds(
      fc.property(views, views, events, (a, b, of) =>
        expect(View.fold(View.all({ a, b }))(of)).toEqual({ a: View.fold(a)(of), b: View.fold(b)(of) }),
      ),
    ))

  it('has the union of the queries of its parts', () =>
    holds(
      fc.property(views, views, events, (a, b, of) => {
        const [isA, isB] = [selectedBy(a.query), selectedBy(b.query)]
        expect(of.filter(selectedBy(View.all({ a, b }).query))).toEqual(of.filter((one) => isA(one) || isB(one)))
      }),
    ))
})

describe('a view', () => {
  it('sees no event outside of its query: a history without them shows the same', () =>
    holds(
      fc.property(views, events, (view, of) =>
        expect(View.fold(view)(of.filter(selectedBy(view.query)))).toEqual(View.fold(view)(of)),
      ),
    ))

  it('may be given the events of any wider query', () =>
    holds(
      fc.property(views, views, events, (view, other, of) => {
        const wider = of.filter(selectedBy(Query.union(view.query, other.query)))
        expect(View.fold(view)(wider)).toEqual(View.fold(view)(of))
      }),
    ))

  it('goes on from where it was, and an event that it does not handle changes nothing', () =>
    holds(
      fc.property(views, events, events, (view, first, second) => {
        const from = (progress: View<AnyEvent, number>['begin'], of: typeof first) => of.reduce(view.evolve, progress)
        expect(view.state(from(from(view.begin, first), second))).toBe(View.fold(view)([...first, ...second]))
        const progress = from(view.begin, first)
        for (const event of second.filter((one) => !selectedBy(view.query)(one))) {
          expect(view.evolve(progress, event)).toBe(progress)
        }
      }),
    ))

  it('derives its query from its folds and tags', () => {
    const tags = [Tag.of('a', 1)]
    const view = View.make({ events: AnyEvent, initialState: 0, on: { X: (n) => n + 1, Y: undefined }, tags })
    expect(view.query).toEqual([{ types: ['X'], tags }])
    const inStream = View.make({ events: AnyEvent, initialState: 0, on: { Y: (n) => n }, streams: [stream('thing-1')] })
    expect(inStream.query).toEqual([{ types: ['Y'], tags: [], streams: ['thing-1'] }])
    expect(View.make({ events: AnyEvent, initialState: 0, on: {}, tags }).query).toEqual([])
    expect(View.all({ view, again: view }).query).toEqual(view.query)
  })
})

describe('events with their tags', () => {
  const place = { id: 'x', version: 1, position: 7, recordedAt: new Date(0), metadata: {} }
  const recorded = (type: string, of: unknown, version = 1): RecordedEvent =>
    ({ ...place, stream: stream('thing-1'), type, schemaVersion: version, data: of }) as never // Made up for the test.
  const Part = t.strict({ name: t.string })
  const codec = EventCodec.make(
    { Left: Part, Entered: EventCodec.version(1, Part, { name: 'Came' }) },
    {
      tags: {
        Left: ({ name }) => (name === 'boom' ? [Tag.of('room', undefined as never)] : [Tag.of('room', name)]),
        Entered: ({ name }) => [Tag.of('room', name)],
      },
      retired: [
        EventCodec.split(
          { type: 'Moved', schemaVersion: 1 },
          t.strict({ from: t.string, to: t.string }),
          [
            { type: 'Left', schemaVersion: 1 },
            { type: 'Came', schemaVersion: 1 },
          ],
          ({ from, to }) => [
            { type: 'Left', schemaVersion: 1, data: { name: from } },
            { type: 'Came', schemaVersion: 1, data: { name: to } },
          ],
        ),
      ],
    },
  )

  it('have those of the decoded event: each part of a split event its own', () =>
    expect(
      Tagged.decodeAll(codec)([recorded('Moved', { from: 'r1', to: 'r2' }), recorded('Left', { name: 'r3' })]),
    ).toEqual(
      E.right([
        { event: { type: 'Left', data: { name: 'r1' } }, stream: 'thing-1', tags: ['room:r1'] },
        { event: { type: 'Entered', data: { name: 'r2' } }, stream: 'thing-1', tags: ['room:r2'] },
        { event: { type: 'Left', data: { name: 'r3' } }, stream: 'thing-1', tags: ['room:r3'] },
      ]),
    ))

  it('are not decoded when their tags cannot be made', () => {
    expect(Tagged.decodeAll(codec)([recorded('Left', { name: 'boom' })])).toEqual(
      E.left({
        _tag: 'DecodeFailure',
        stream: 'thing-1',
        version: 1,
        position: 7,
        type: 'Left',
        schemaVersion: 1,
        reason: {
          _tag: 'TagsFailed',
          why: 'tags[0]: the value of the tag room must be a text or a finite number, is undefined',
        },
      }),
    )
    expect(Tagged.decodeAll(codec)([recorded('Unknown', {})])).toMatchObject({
      left: { reason: { _tag: 'UnknownType' } },
    })
  })

  it('are found by all stored names of their types, in items that a store accepts', () => {
    const stored = Tagged.storedQuery(codec)
    expect(stored([{ types: ['Entered'], tags: [Tag.of('room', 'r1')] }, {}])).toEqual([
      { types: ['Came', 'Moved'], tags: ['room:r1'] },
      {},
    ])
    const many = Array.from({ length: 70 }, (_, i) => `T${i}`)
    const items = stored([{ types: many }])
    expect(items.flatMap(({ types = [] }) => types)).toEqual(many)
    expect(E.isRight(Query.check('query')(items))).toBe(true)
  })
})
