import * as fc from 'fast-check'
import { number as N, string as S } from 'fp-ts'
import * as t from 'io-ts'
import * as T from 'io-ts-types'

const keys = fc.constantFrom('a', 'b', 'kind', 'list')

/** Codecs without parts. */
export const leaves: ReadonlyArray<t.Mixed> = [
  t.string,
  t.number,
  t.boolean,
  t.null,
  t.Int,
  t.literal('a'),
  t.literal(1),
  t.literal(true),
  t.keyof({ red: null, green: null }),
  t.UnknownRecord,
  T.NonEmptyString,
  T.UUID,
  T.DateFromISOString,
  T.DateFromNumber,
  T.DateFromUnixTime,
  T.NumberFromString,
  T.IntFromString,
  T.BooleanFromString,
  T.BooleanFromNumber,
  T.BigIntFromString,
]

/** Codecs of objects whose properties are these, with `undefined` among their values or without. */
const props = (part: fc.Arbitrary<t.Mixed>): fc.Arbitrary<t.Props> =>
  fc.dictionary(
    keys,
    fc.oneof({ weight: 3, arbitrary: part }, { weight: 1, arbitrary: part.map((one) => t.union([one, t.undefined])) }),
    { maxKeys: 3, noNullPrototype: true },
  )

const objects = (part: fc.Arbitrary<t.Mixed>): fc.Arbitrary<t.Mixed> =>
  fc.oneof(
    props(part).map((all) => t.strict(all)),
    props(part).map((all) => t.type(all)),
    props(part).map((all) => t.partial(all)),
    props(part).map((all) => t.exact(t.partial(all))),
  )

const list = <A>(part: fc.Arbitrary<A>): fc.Arbitrary<[A, A]> => fc.tuple(part, part)

const other = t.strict({ other: t.string })

/** A codec whose values may contain values of the same codec. */
const recursive = (part: t.Mixed, form: number): t.Mixed =>
  t.recursion(
    'Tree',
    (self): t.Mixed =>
      [
        t.strict({ part, children: t.array(self) }),
        t.intersection([t.strict({ part }), t.partial({ child: self })]),
        t.union([t.strict({ leaf: part }), t.strict({ left: self, right: self })]),
      ][form] ?? t.null,
  )

/** Codecs that are made of others by the combinators of io-ts and of io-ts-types. */
export const randomCodec: fc.Arbitrary<t.Mixed> = fc.letrec<{ codec: t.Mixed }>((tie) => {
  const part = tie('codec')
  const sets = fc.constantFrom<t.Mixed>(
    T.readonlySetFromArray(t.string, S.Ord),
    T.setFromArray(t.Int, N.Ord),
    T.mapFromEntries(t.string, S.Ord, t.boolean),
    T.optionFromNullable(t.string),
    T.optionFromNullable(t.union([t.boolean, t.number])),
  )
  return {
    codec: fc.oneof(
      { depthSize: 'small', maxDepth: 4 },
      fc.constantFrom(...leaves),
      objects(part),
      objects(part),
      list(objects(part)).map((both) => t.intersection(both)),
      list(objects(part)).map((both) => t.intersection([t.intersection(both), other])),
      list(objects(part)).map(([a, b]) => t.intersection([t.union([a, b]), other])),
      list(part).map((both) => t.union(both)),
      list(part).map((both) => t.tuple(both)),
      fc.tuple(props(part), keys).map(([all, kind]) => t.union([t.strict({ ...all, kind: t.literal(kind) }), other])),
      part.map((one) => t.array(one)),
      part.map((one) => t.readonly(t.readonlyArray(one))),
      part.map((one) => t.record(t.string, one)),
      part.map((one) => t.record(t.keyof({ x: null, y: null }), one)),
      part.map((one) => T.readonlyNonEmptyArray(one)),
      part.map((one) => T.option(one)),
      list(part).map(([a, b]) => T.either(a, b)),
      part.map((one) => t.refinement(t.array(one), (items) => items.length > 0, 'SomeItems')),
      fc.tuple(part, fc.nat(2)).map(([one, form]) => recursive(one, form)),
      sets,
    ),
  }
}).codec
