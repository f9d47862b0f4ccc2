import type { Json } from '@foldlog/core'
import fc from 'fast-check'
import type { Comparison, ModelDocument, ModelQuery } from './documentModel.ts'

/** The longest text that a range has. */
const almostLong = 'z'.repeat(249)

/** In the order of documents. Of texts, the order is that of code points: U+FF5E comes before U+1F3E6. */
export const sortedValues: ReadonlyArray<Json> = [
  null,
  false,
  true,
  -Number.MAX_VALUE,
  -1e15,
  -2,
  -1.5,
  -5e-324,
  0,
  5e-324,
  0.1,
  1,
  2,
  10,
  2 ** 53,
  1e308,
  Number.MAX_VALUE,
  '',
  '\u0001',
  ' ',
  "'; drop table documents; --",
  '10',
  '2',
  'A',
  'a',
  'aa',
  'b',
  almostLong,
  'é',
  '\uD7FF',
  '～',
  '\uFFFF',
  '🏦',
  '\u{10FFFF}',
]

/** Names that break careless quoting, and that a list or every object seems to have. */
const names = [
  'a',
  'b',
  '0',
  '-1',
  'length',
  '__proto__',
  "it's",
  '"',
  '$1',
  '%s',
  '\\',
  'a.b',
  '',
  '$body$',
  '{}',
  '日',
]

const value: fc.Arbitrary<Json> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...sortedValues) },
  { weight: 2, arbitrary: fc.constantFrom<Json>(1, 2, 'a', true, null) },
  fc.constantFrom<Json>([], [1], ['a'], {}, { c: 1 }),
)
const name = fc.oneof({ weight: 3, arbitrary: fc.constantFrom('a', 'b') }, fc.constantFrom(...names))
const object = (values: fc.Arbitrary<Json>): fc.Arbitrary<Json> =>
  fc.array(fc.tuple(name, values), { maxLength: 3 }).map((fields): Json => Object.fromEntries(fields))
const data = fc.oneof({ weight: 5, arbitrary: object(fc.oneof(value, object(value))) }, value)
/** Keys that sort in another way by UTF-16, or break careless quoting. */
export const keys = ['1', '10', '2', 'A', 'a', 'aa', 'ab', "'", '"', '\\', '$', 'é', '～', '🏦', '\u{10FFFF}', '\u0001']
/** Documents with few names and values, so that some of them agree. */
export const documents: fc.Arbitrary<ReadonlyArray<ModelDocument>> = fc.uniqueArray(
  fc.record({ key: fc.constantFrom(...keys, ...keys.map((key) => `${key}b`)), data }),
  { selector: ({ key }) => key, minLength: 4, maxLength: 24 },
)

const path = fc.array(name, { minLength: 1, maxLength: 2 })
const scalar = fc.constantFrom(...sortedValues.filter((one) => typeof one !== 'object'))
/** The comparisons of every kind of value that has an order. */
export const comparisons: ReadonlyArray<Comparison> = ['equalTo', 'atLeast', 'moreThan', 'lessThan', 'atMost']
const condition = fc.oneof(
  fc.record({ path, comparison: fc.constantFrom(...comparisons), value: scalar }),
  fc.record({ path, comparison: fc.constant<Comparison>('equalTo'), value: fc.constant(null) }),
  fc.record({ path, comparison: fc.constant<Comparison>('startsWith'), value: fc.constantFrom('', 'a', 'é', '🏦') }),
) as fc.Arbitrary<ModelQuery['conditions'][number]> // `scalar` has no lists and no objects.
/** Mostly nothing: a query that restricts much selects little. */
const rarely = <A>(arbitrary: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, arbitrary)
/** A query of these documents. */
export const query: fc.Arbitrary<ModelQuery> = fc.record({
  conditions: fc.oneof(fc.constant([]), fc.array(condition, { maxLength: 2 })),
  order: fc.array(fc.record({ path, descending: fc.boolean() }), { maxLength: 3 }),
  descending: fc.boolean(),
  prefix: rarely(fc.constantFrom('a', '\u{10FFFF}', '🏦')),
  from: rarely(fc.constantFrom('10', 'a', 'a\u0001', '～')),
  to: rarely(fc.constantFrom('2', 'aa', '🏦', '\u{10FFFF}b')),
})
