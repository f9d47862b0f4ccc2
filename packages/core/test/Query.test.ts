import { orThrow, type Queried, Query, type QueryItem, StreamName, Tag } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'

/** Fails the test when the property fails for some values. They are always the same. */
const holds = <A extends [unknown, ...Array<unknown>]>(property: fc.IProperty<A>) =>
  fc.assert(property, { numRuns: 200, seed: 42 })

const stream = (name: string) => orThrow(StreamName.parse(name))

const event = (type: string, tags: ReadonlyArray<string> = [], of = 'thing-1'): Queried => ({
  type,
  stream: stream(of),
  tags: tags.map((name) => Tag.of(name, 1)),
})

const someOf = <A>(...all: ReadonlyArray<A>) => fc.subarray([...all])

const nonEmpty = <A>(...all: ReadonlyArray<A>) => fc.subarray([...all], { minLength: 1 })

const tagNames = ['a', 'b', 'c']

const items: fc.Arbitrary<QueryItem> = fc.record(
  {
    types: someOf('X', 'Y'),
    tags: someOf(...tagNames.map((name) => Tag.of(name, 1))),
    streams: nonEmpty(stream('thing-1'), stream('other-1')),
    categories: nonEmpty('thing', 'other'),
  },
  { requiredKeys: [] },
)

const queries = fc.array(items, { maxLength: 4 })

const events: fc.Arbitrary<Queried> = fc
  .tuple(fc.constantFrom('X', 'Y', 'Z'), someOf(...tagNames), fc.constantFrom('thing-1', 'thing-2', 'other-1'))
  .map(([type, tags, of]) => event(type, tags, of))

describe('a query', () => {
  it.each<readonly [string, Query, ReadonlyArray<Queried>, ReadonlyArray<Queried>]>([
    ['nothing', [], [], [event('X')]],
    ['everything', [{}], [event('X'), event('Y', ['a'])], []],
    ['a type', [{ types: ['X'] }], [event('X', ['a'])], [event('Y')]],
    ['one of two types', [{ types: ['X', 'Y'] }], [event('X'), event('Y')], [event('Z')]],
    [
      'all of two tags',
      [{ tags: [Tag.of('a', 1), Tag.of('b', 1)] }],
      [event('X', ['c', 'b', 'a'])],
      [event('X', ['a'])],
    ],
    [
      'a type and a tag',
      [{ types: ['X'], tags: [Tag.of('a', 1)] }],
      [event('X', ['a'])],
      [event('X'), event('Y', ['a'])],
    ],
    ['a stream', [{ streams: [stream('thing-1')] }], [event('X')], [event('X', [], 'thing-2')]],
    ['a category', [{ categories: ['thing'] }], [event('X', [], 'thing-2')], [event('X', [], 'other-2')]],
    ['one of two items', [{ types: ['X'] }, { tags: [Tag.of('a', 1)] }], [event('X'), event('Y', ['a'])], [event('Y')]],
  ])('selects %s', (_, query, selected, others) => {
    expect(selected.filter(Query.matches(query))).toEqual(selected)
    expect(others.filter(Query.matches(query))).toEqual([])
  })

  it('selects nothing by tags of an event that has none', () =>
    expect(Query.matches([{ tags: [Tag.of('a', 1)] }])({ type: 'X', stream: stream('thing-1') })).toBe(false))
})

describe('the union of two queries', () => {
  it('selects what one of them selects', () =>
    holds(
      fc.property(queries, queries, events, (one, other, of) =>
        expect(Query.matches(Query.union(one, other))(of)).toBe(Query.matches(one)(of) || Query.matches(other)(of)),
      ),
    ))

  it('is associative, commutative and idempotent in what it selects, and nothing is neutral', () =>
    holds(
      fc.property(queries, queries, queries, events, (a, b, c, of) => {
        const selects = (query: Query) => Query.matches(query)(of)
        expect(selects(Query.union(Query.union(a, b), c))).toBe(selects(Query.union(a, Query.union(b, c))))
        expect(selects(Query.union(a, b))).toBe(selects(Query.union(b, a)))
        expect(Query.union(Query.union(a, a), [])).toEqual(Query.union([], a))
      }),
    ))

  it('has items that are equal but for the order of their lists once', () =>
    expect(Query.union([{ types: ['X', 'Y'] }], [{ types: ['Y', 'X'], tags: [] }, {}])).toEqual([
      { types: ['X', 'Y'] },
      {},
    ]))
})

describe('the check of a query', () => {
  const check = (query: unknown) => E.getOrElseW((left: unknown) => left)(Query.check('query')(query as Query))
  const rejected = (what: string, why: string) => ({ _tag: 'InvalidInput', what, why })
  const many = (count: number) => Array.from({ length: count }, (_, i) => `T${i}`)

  it('fills in the lists, with each element once, and keeps their order', () =>
    expect(check([{ types: ['Y', 'X', 'Y'] }, { types: ['X', 'Y'] }])).toEqual([
      { types: ['Y', 'X'], tags: [], streams: [], categories: [] },
    ]))

  it('does not change what a query selects', () =>
    holds(
      fc.property(fc.array(items, { minLength: 1, maxLength: 4 }), events, (query, of) => {
        const checked = orThrow(Query.check('query')(query))
        const lists = checked.map(({ types, tags, streams, categories }) => ({
          types,
          tags,
          ...(streams.length === 0 ? undefined : { streams }),
          ...(categories.length === 0 ? undefined : { categories }),
        }))
        expect(Query.matches(lists)(of)).toBe(Query.matches(query)(of))
      }),
    ))

  it.each<readonly [string, unknown, string, string]>([
    ['no list', undefined, 'query', 'must be an array of items, is undefined'],
    ['no items', [], 'query', 'must have at least one item: nothing would ever match it'],
    ['too many items', many(65).map((type) => ({ types: [type] })), 'query', 'must have at most 64 items, has 65'],
    ['no item', [null], 'query[0]', 'must be an object, is null'],
    ['a hole', Array(1), 'query[0]', 'must be an object, is undefined'],
    ['too many types', [{ types: many(33) }], 'query[0].types', 'must have at most 32 elements, has 33'],
    [
      'too many tags',
      [{ tags: many(33).map((tag) => `${tag}:1`) }],
      'query[0].tags',
      'must have at most 32 elements, has 33',
    ],
    ['a tag that is none', [{}, { tags: ['a'] }], 'query[1].tags[0]', 'must be a tag, made with Tag.of, is "a"'],
    ['a tag with NUL', [{ tags: ['a:\0'] }], 'query[0].tags[0]', 'must not contain NUL (U+0000)'],
    ['a type that is a number', [{ types: [7] }], 'query[0].types[0]', 'must be a string, is 7'],
    ['an empty type', [{ types: [''] }], 'query[0].types[0]', 'must not be empty'],
    ['no stream', [{ streams: [] }], 'query[0].streams', 'must have at least one element, or be absent'],
    [
      'a stream that is none',
      [{ streams: ['thing'] }],
      'query[0].streams[0]',
      'must have the form category-id, is "thing"',
    ],
    ['no category', [{ categories: [] }], 'query[0].categories', 'must have at least one element, or be absent'],
    [
      'a category with a dash',
      [{ categories: ['a-b'] }],
      'query[0].categories[0]',
      'must not contain a dash, is "a-b"',
    ],
  ])('rejects %s', (_, query, what, why) => expect(check(query)).toEqual(rejected(what, why)))
})
