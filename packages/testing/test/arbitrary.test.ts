import { withJsonSchema } from '@foldlog/core/codecs'
import { arbitrary, arbitraryEither, withArbitrary } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E, type nonEmptyArray as NEA } from 'fp-ts'
import * as t from 'io-ts'
import * as types from 'io-ts-types'
import { checkProperty } from './checkProperty.ts'
import { codecs, Money, Person, Tree } from './codecs.ts'

const seed = 42

describe('the values of a codec', () => {
  it.each(codecs.map((codec) => [codec.name, codec] as const))('%s accepts them, encoded too', (_, codec) => {
    checkProperty(arbitrary(codec), (value) => {
      expect(codec.is(value)).toBe(true)
      expect(codec.decode(codec.encode(value))).toMatchObject({ _tag: 'Right' })
    })
  })

  const many = <A>(codec: t.Type<A, unknown>, numRuns = 1_000): ReadonlyArray<A> =>
    fc.sample(arbitrary(codec), { numRuns, seed })
  const share = <A>(values: ReadonlyArray<A>, is: (value: A) => boolean) => values.filter(is).length / values.length

  it('include every alternative, key and literal', () => {
    const found = new Set(many(t.union([t.keyof({ a: null, b: null }), t.literal(7), t.null, t.boolean])))
    expect(found).toEqual(new Set(['a', 'b', 7, null, true, false]))
  })

  it('have optional properties, or do not', () => {
    const values = many(t.partial({ a: t.string }))
    expect(share(values, (value) => 'a' in value)).toBeGreaterThan(0.2)
    expect(share(values, (value) => !('a' in value))).toBeGreaterThan(0.2)
  })

  it('leave an optional property out when `undefined` is its only value', () => {
    const both = t.intersection([
      t.partial({ a: t.string, b: t.union([t.null, t.undefined]) }),
      t.partial({ b: t.union([t.number, t.undefined]) }),
    ])
    const values = many(both, 100)
    expect(share(values, (value) => 'a' in value)).toBeGreaterThan(0.2)
    expect(share(values, (value) => 'b' in value)).toBe(0)
  })

  it('are not searched for ever: a record whose keys are all taken, and a pattern of longer texts, are reported', () => {
    const A = t.refinement(t.string, (key) => key === 'a', 'A')
    const taken = t.intersection([t.type({ a: t.number }), t.record(A, t.number)])
    const long = withJsonSchema(
      t.refinement(t.string, (text) => text.length > 9, 'Long'),
      {
        type: 'string',
        pattern: '^x{10}$',
        maxLength: 9,
      },
    )
    const endless: ReadonlyArray<t.Mixed> = [taken, long]
    for (const codec of endless) {
      const made = arbitraryEither(codec)
      const sample = () => (E.isRight(made) ? fc.sample(made.right, 10) : made.left.problems)
      expect(E.tryCatch(sample, String)).toBeDefined()
    }
  })

  it('have every key of a record of listed keys, and any key of another record', () => {
    expect(many(t.record(t.keyof({ a: null, b: null }), t.number)).every((value) => 'a' in value && 'b' in value)).toBe(
      true,
    )
    expect(share(many(t.record(t.string, t.number)), (value) => Object.keys(value).length > 1)).toBeGreaterThan(0.2)
  })

  it('reach both ends of a range, and the numbers next to zero', () => {
    const Percent = t.brand(t.number, (n): n is t.Branded<number, PercentBrand> => n >= 0 && n <= 100, 'Percent')
    const values = many(Percent)
    expect(values).toEqual(expect.arrayContaining([0, 100, 1, 2, 3]))
    expect(share(values, (n) => !Number.isInteger(n))).toBeGreaterThan(0.05)
    const Port = t.brand(t.Int, (n): n is t.Branded<t.Int, PortBrand> => n >= 1_024 && n < 65_536, 'Port')
    const ports = many(Port)
    expect([Math.min(...ports), Math.max(...ports)]).toEqual([1_024, 65_535])
  })

  it('have the length that a text must have', () => {
    const Long = t.refinement(t.string, (text) => text.length >= 40 && text.length <= 50, 'Long')
    const Currency = t.refinement(t.string, (text) => /^[A-Z]{3}$/.test(text), 'Currency')
    const lengths = many(Long).map(({ length }) => length)
    expect([Math.min(...lengths), Math.max(...lengths)]).toEqual([40, 50])
    expect(new Set(many(Currency)).size).toBeGreaterThan(100)
  })

  it('are found for texts in lower case or in capitals', () => {
    const rules = {
      email: /^[a-z0-9._]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/,
      capitalUuid: /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/,
      lowerUlid: /^[0-7][0-9a-hjkmnp-tv-z]{25}$/,
      plainUrl: /^https:\/\/[a-z.]+(\/[a-z]*)?$/,
    }
    for (const [name, rule] of Object.entries(rules)) {
      const codec = t.refinement(t.string, (text) => rule.test(text), name)
      expect(many(codec, 50).every(codec.is)).toBe(true)
    }
  })

  it('are made of the schema that a codec carries, also under a refinement and another name', () => {
    const plate = /^[A-Z]{1,3}-[A-Z]{2} [1-9][0-9]{3}$/
    const Plate = withJsonSchema(
      t.refinement(t.string, (text) => plate.test(text), 'Plate'),
      { type: 'string', pattern: plate.source },
    )
    const Even = t.refinement(Plate, (text) => /[02468]$/.test(text), 'Even')
    const Word = withJsonSchema(
      t.refinement(t.string, (text) => text === 'foldlog' || text === 'io-ts', 'Word'),
      { type: 'string', examples: ['foldlog', 'io-ts', 'fp-ts'] },
    )
    const codec = t.readonly(t.strict({ plate: types.withMessage(Plate, () => 'no plate'), even: Even, word: Word }))
    expect(many(codec, 50).every(codec.is)).toBe(true)
    expect(new Set(many(Word, 50))).toEqual(new Set(['foldlog', 'io-ts']))
  })

  it('of an unknown type are JSON values', () => {
    const codecs: ReadonlyArray<t.Mixed> = [t.unknown, t.UnknownRecord, t.UnknownArray, t.object]
    for (const codec of codecs)
      for (const value of many<unknown>(codec, 300)) expect(JSON.parse(JSON.stringify(value))).toStrictEqual(value)
  })

  it('of recursive codecs are finite: some end at once, some later', () => {
    const depth = ({ children }: Tree): number => 1 + Math.max(0, ...children.map(depth))
    const depths = many(Tree, 300).map(depth)
    expect(Math.min(...depths)).toBe(1)
    expect(Math.max(...depths)).toBeGreaterThan(2)
  })

  it('of a set are all different, by structure too', () => {
    const codec = types.readonlySetFromArray(t.strict({ a: t.literal('x') }), {
      equals: (one, other) => one.a === other.a,
      compare: () => 0,
    })
    const sizes = many(codec, 100).map(({ size }) => size)
    expect(new Set(sizes)).toEqual(new Set([0, 1]))
  })
})

describe('shrinking', () => {
  const smallest = <A>(codec: t.Type<A, unknown>, fails: (value: A) => boolean): unknown =>
    fc.check(
      fc.property(arbitrary(codec), (value) => !fails(value)),
      { seed, numRuns: 10_000 },
    ).counterexample?.[0]

  it('ends at the smallest number, text and array that fails', () => {
    expect(smallest(t.Int, (n) => n >= 17)).toBe(17)
    expect(smallest(t.array(t.Int), (all) => all.length >= 3)).toEqual([0, 0, 0])
    expect(smallest(types.NonEmptyString, (text) => text.length > 1)).toMatch(/^..$/u)
    expect(smallest(Money, ({ cents }) => cents > 99)).toEqual({ cents: 100, currency: 'EUR' })
  })

  it('leaves out unnecessary parts', () => {
    const Note = t.intersection([t.strict({ id: t.Int }), t.partial({ text: t.string, tags: t.array(t.string) })])
    expect(smallest(Note, ({ id }) => id > 4)).toEqual({ id: 5 })
  })

  it('takes the first alternative, and the shallowest tree', () => {
    expect(smallest(t.union([t.literal('a'), t.literal('b'), t.literal('c')]), () => true)).toBe('a')
    expect(smallest(Tree, ({ children }) => children.length > 0)).toEqual({
      value: 0,
      children: [{ value: 0, children: [] }],
    })
  })
})

/** A codec as a user may write it: it shows only its functions. */
class Point {
  readonly x: number
  constructor(x: number) {
    this.x = x
  }
}
const PointFromNumber = new t.Type<Point, number, unknown>(
  'PointFromNumber',
  (value): value is Point => value instanceof Point,
  (value, context) => (typeof value === 'number' ? t.success(new Point(value)) : t.failure(value, context)),
  ({ x }) => x,
)
const Needle = t.refinement(t.string, (text) => text === 'needle in the haystack', 'Needle')
const points = fc.integer().map((x) => new Point(x))

const advice = 'give the codec an arbitrary of its own, by overrides: [withArbitrary(codec, arbitrary)]'

describe('an unknown codec', () => {
  it('is reported with its place and a remedy, together with all others', () => {
    const codec = t.strict({ at: PointFromNumber, tags: t.array(Needle), f: t.Function }, 'Thing')
    const problems = [
      `Thing.at: nothing is known of the codec PointFromNumber; ${advice}`,
      `Thing.tags[]: hardly any value that was tried is a Needle; ${advice}`,
      `Thing.f: functions are no data; ${advice}`,
    ]
    expect(arbitraryEither(codec)).toEqual(E.left({ _tag: 'NoArbitrary', problems }))
    expect(() => arbitrary(codec)).toThrow(new Error(`There is no arbitrary for this codec: ${problems.join('; ')}`))
  })

  it('gets its values from an override, by codec or by name, at any depth', () => {
    const codec = t.strict({ at: PointFromNumber, all: t.array(PointFromNumber), tag: t.union([Needle, t.null]) })
    const needle = withArbitrary('Needle', fc.constant('needle in the haystack'))
    for (const point of [withArbitrary(PointFromNumber, points), withArbitrary('PointFromNumber', points)]) {
      const values = arbitrary(codec, { overrides: [point, needle] })
      checkProperty(values, (value) => {
        expect(codec.is(value)).toBe(true)
        expect(value.at).toBeInstanceOf(Point)
      })
    }
  })

  it('may be inside a codec that hides it', () => {
    const codec = types.optionFromNullable(PointFromNumber)
    expect(arbitraryEither(codec)).toMatchObject({ _tag: 'Left' })
    const values = fc.sample(arbitrary(codec, { overrides: [withArbitrary('PointFromNumber', points)] }), { seed })
    expect(new Set(values.map(({ _tag }) => _tag))).toEqual(new Set(['None', 'Some']))
  })

  it('does not accept an override whose values do not fit', () => {
    expect(arbitraryEither(t.array(t.Int, 'Numbers'), { overrides: [withArbitrary('Int', fc.constant(0.5))] })).toEqual(
      E.left({
        _tag: 'NoArbitrary',
        problems: ['Numbers[]: the override for Int makes values that it does not accept'],
      }),
    )
  })
})

describe('an override', () => {
  it('by codec precedes one by name, and applies to refinements of the codec', () => {
    const Even = t.refinement(t.Int, (n) => n % 2 === 0, 'Even')
    const small = fc.integer({ min: 0, max: 4 })
    const overrides = [withArbitrary('Int', fc.constant(99)), withArbitrary(t.Int, small)]
    expect(new Set(fc.sample(arbitrary(Even, { overrides }), { numRuns: 200, seed }))).toEqual(new Set([0, 2, 4]))
  })

  it('applies inside an intersection, to a member and to a property', () => {
    const A = t.type({ a: t.Int }, 'A')
    const codec = t.intersection([A, t.type({ b: t.Int })])
    const members = [withArbitrary(A, fc.constant({ a: 7 }))]
    const properties = [withArbitrary(t.Int, fc.constant(t.Int.is(3) ? 3 : 0))]
    expect(fc.sample(arbitrary(codec, { overrides: members }), 5).map(({ a }) => a)).toEqual([7, 7, 7, 7, 7])
    expect(fc.sample(arbitrary(codec, { overrides: properties }), 1)).toEqual([{ a: 3, b: 3 }])
  })
})

describe('a recursion', () => {
  interface Endless {
    readonly next: Endless
  }
  const Endless: t.Type<Endless> = t.recursion('Endless', () => t.strict({ next: Endless }))
  it('without an end is reported', () => {
    expect(arbitraryEither(Endless)).toEqual(
      E.left({ _tag: 'NoArbitrary', problems: ['Endless: no value of Endless comes to an end'] }),
    )
  })

  interface Node {
    readonly below: ReadonlyArray<Node>
  }
  it('through a filter that no value passes is reported', () => {
    const never = t.refinement(t.number, Number.isNaN, 'Never')
    const Picky: t.Type<Node> = t.recursion('Picky', () =>
      t.strict({ below: t.refinement(t.readonlyArray(Picky), (all) => all.length > 99, 'Hundreds') }),
    )
    expect(arbitraryEither(Picky)).toMatchObject({ _tag: 'Left' })
    expect(arbitraryEither(never)).toMatchObject({ _tag: 'Left' })
  })

  interface Bush {
    readonly below: NEA.NonEmptyArray<Bush>
  }
  it('through a codec that hides it is reported', () => {
    const Hidden: t.Type<Bush> = t.recursion('Hidden', () => t.strict({ below: types.nonEmptyArray(Hidden) }))
    expect(arbitraryEither(Hidden)).toMatchObject(
      E.left({ problems: [expect.stringContaining('a recursion through NonEmptyArray<Hidden> is not followed')] }),
    )
  })

  it('that calls itself without progress is reported', () => {
    type Chain = null | { readonly last: boolean }
    const Chain: t.Type<Chain> = t.recursion('Chain', () =>
      t.union([t.null, t.intersection([Chain, t.type({ last: t.boolean })]), t.type({ last: t.boolean })]),
    )
    expect(arbitraryEither(Chain)).toMatchObject({ _tag: 'Left' })
  })

  it('goes no deeper than necessary', () => {
    const generations = (person: object): number =>
      1 + Math.max(0, ...Object.values(person).map((one) => (typeof one === 'object' ? generations(one) : 0)))
    const depths = fc.sample(arbitrary(Person), { numRuns: 300, seed }).map(generations)
    expect(Math.max(...depths)).toBe(4)
  })
})

describe('a codec that does not decode its own encoding', () => {
  it('is reported as such', () => {
    const codec = types.withEncode(t.number, String, 'Written')
    expect(arbitraryEither(t.strict({ a: codec }, 'Letter'))).toEqual(
      E.left({
        _tag: 'NoArbitrary',
        problems: [
          `Letter.a: what Written recognises, it does not decode when it has encoded it; mend it, or ${advice}`,
        ],
      }),
    )
  })
})

interface PercentBrand {
  readonly Percent: unique symbol
}
interface PortBrand {
  readonly Port: unique symbol
}
