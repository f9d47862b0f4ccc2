import { number as N, string as S } from 'fp-ts'
import * as t from 'io-ts'
import * as types from 'io-ts-types'
import type { Newtype } from 'newtype-ts'

/** Recursive through an array. */
export interface Tree {
  readonly value: number
  readonly children: ReadonlyArray<Tree>
}
export const Tree: t.Type<Tree> = t.recursion('Tree', () =>
  t.strict({ value: t.number, children: t.readonlyArray(Tree) }),
)

/** Recursive through a union. */
type Expression = number | { readonly op: '+' | '-'; readonly left: Expression; readonly right: Expression }
const Expression: t.Type<Expression> = t.recursion('Expression', () =>
  t.union([t.strict({ op: t.keyof({ '+': null, '-': null }), left: Expression, right: Expression }), t.number]),
)

/** Recursive through three optional properties, which would never end if each were likely. */
interface Person {
  readonly name: string
  readonly mother?: Person
  readonly father?: Person
  readonly friend?: Person
}
export const Person: t.Type<Person> = t.recursion('Person', () =>
  t.intersection([t.strict({ name: t.string }), t.partial({ mother: Person, father: Person, friend: Person })]),
)

/** Two that need each other, and one through a record. */
interface Folder {
  readonly files: ReadonlyArray<File>
}
interface File {
  readonly shortcuts: Readonly<Record<string, Folder>>
}
const Folder: t.Type<Folder> = t.recursion('Folder', () => t.strict({ files: t.readonlyArray(File) }))
const File: t.Type<File> = t.recursion('File', () => t.strict({ shortcuts: t.record(t.string, Folder) }))

/** A refinement around a recursive reference. */
interface Even {
  readonly items: ReadonlyArray<Even>
}
const Even: t.Type<Even> = t.recursion('Even', () =>
  t.strict({ items: t.refinement(t.readonlyArray(Even), (items) => items.length % 2 === 0, 'EvenlyMany') }),
)

export const Money = t.strict(
  { cents: t.refinement(t.Int, (n) => n > 0, 'Positive'), currency: t.keyof({ EUR: null, CZK: null }) },
  'Money',
)

const text = (name: string, pattern: RegExp) => t.refinement(t.string, (value) => pattern.test(value), name)
const number = (name: string, is: (n: number) => boolean) => t.refinement(t.number, is, name)

type Stamp = Newtype<{ readonly Stamp: unique symbol }, string>

/** Typical refinements of domains. */
const refinements: ReadonlyArray<t.Mixed> = [
  t.Int,
  number('Positive', (n) => n > 0),
  number('Negative', (n) => n < 0),
  number('AboveZeroBelowOne', (n) => n > 0 && n < 1),
  number('Percent', (n) => n >= 0 && n <= 100),
  number('Natural', (n) => Number.isSafeInteger(n) && n >= 0),
  number('Year', (n) => Number.isInteger(n) && n >= 1900 && n < 2100),
  number('Even', (n) => n % 2 === 0),
  number('WholeHundreds', (n) => n % 100 === 0),
  number('Millionaire', (n) => n >= 1_000_000),
  number('DiceRoll', (n) => [1, 2, 3, 4, 5, 6].includes(n)),
  t.refinement(t.bigint, (n) => n > 0n, 'PositiveBigInt'),
  text('NotBlank', /\S/),
  text('Day', /^\d{4}-(0[1-9]|1[0-2])-([0-2]\d|3[01])$/),
  text('Currency', /^[A-Z]{3}$/),
  text('Digits', /^[0-9]{8}$/),
  text('EMail', /^[^@\s]+@[^@\s]+\.[a-z]+$/),
  text('Url', /^https?:\/\//),
  text('Slug', /^[a-z0-9-]+$/),
  text('Sha', /^[0-9a-f]{40}$/),
  text('Short', /^.{1,3}$/u),
  text('Ulid', /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/),
  t.refinement(t.array(t.number), (all) => all.length > 1, 'TwoOrMore'),
  t.refinement(t.array(t.keyof({ a: null, b: null, c: null })), (all) => new Set(all).size === all.length, 'Distinct'),
  t.refinement(t.strict({ from: t.Int, to: t.Int }), ({ from, to }) => from <= to, 'Range'),
  t.brand(Money, (money): money is t.Branded<t.TypeOf<typeof Money>, PriceBrand> => money.cents < 1e6, 'Price'),
]

interface PriceBrand {
  readonly Price: unique symbol
}

const ioTs: ReadonlyArray<t.Mixed> = [
  t.string,
  t.number,
  t.bigint,
  t.boolean,
  t.null,
  t.undefined,
  t.void,
  t.unknown,
  t.object,
  t.UnknownArray,
  t.UnknownRecord,
  t.literal('a'),
  t.literal(false),
  t.keyof({ a: null, b: null }),
  t.array(t.string),
  t.readonlyArray(t.array(t.number)),
  t.readonly(t.type({ a: t.string })),
  t.record(t.string, t.number),
  t.record(t.keyof({ a: null, b: null }), t.number),
  t.record(t.union([t.literal('a'), t.keyof({ b: null })]), t.boolean),
  t.record(types.NonEmptyString, t.number),
  t.tuple([t.string, t.number, t.null]),
  t.union([t.string, t.null, t.undefined]),
  t.union([t.strict({ tag: t.literal('a'), a: t.string }), t.strict({ tag: t.literal('b'), b: types.date })]),
  t.type({ a: t.string, b: t.union([t.string, t.undefined]) }),
  t.partial({ a: t.string, b: t.union([t.string, t.undefined]) }),
  t.strict({ a: t.string }),
  t.strict({}),
  t.exact(t.intersection([t.type({ a: t.string }), t.partial({ b: t.number })])),
  t.intersection([t.strict({ a: t.string }), t.partial({ b: types.DateFromISOString })]),
  // Both members constrain `a`.
  t.intersection([t.type({ a: t.number }), t.type({ a: t.Int, b: t.string })], 'SameKey'),
  t.intersection([t.type({ a: t.Int }), t.record(t.string, t.number)], 'KeyAndRecord'),
  t.intersection([t.type({ id: t.string }), t.union([t.type({ a: t.string }), t.type({ b: t.number })])], 'OfUnion'),
  t.intersection([t.string, types.NonEmptyString]),
  t.intersection([Money, t.unknown]),
  t.intersection([Tree, t.type({ extra: t.boolean })]),
  Tree,
  Expression,
  Person,
  Folder,
  Even,
]

const ioTsTypes: ReadonlyArray<t.Mixed> = [
  types.date,
  types.DateFromISOString,
  types.DateFromNumber,
  types.DateFromUnixTime,
  types.NumberFromString,
  types.IntFromString,
  types.BigIntFromString,
  types.BooleanFromString,
  types.BooleanFromNumber,
  types.NonEmptyString,
  types.UUID,
  types.Json,
  t.string.pipe(types.JsonFromString),
  types.option(t.number),
  types.optionFromNullable(t.number),
  types.optionFromNullable(types.DateFromISOString),
  types.either(t.string, types.DateFromISOString),
  types.nonEmptyArray(Money),
  types.readonlyNonEmptyArray(types.DateFromISOString),
  types.setFromArray(t.string, S.Ord),
  types.readonlySetFromArray(t.number, N.Ord),
  types.mapFromEntries(t.string, S.Ord, types.DateFromISOString),
  types.readonlyMapFromEntries(t.number, N.Ord, Money),
  types.withFallback(t.string, ''),
  types.fromNullable(t.strict({ a: t.string }), { a: '' }),
  types.withMessage(t.Int, () => 'not a whole number'),
  types.fromNewtype<Stamp>(t.string),
  types.withEncode(types.NumberFromString, (n) => ` ${n} `, 'Written'),
]

/** The overrides that the arbitraries need. */
export const codecs: ReadonlyArray<t.Mixed> = [...ioTs, ...refinements, ...ioTsTypes]
