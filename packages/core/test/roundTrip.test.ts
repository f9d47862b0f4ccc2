import { isDeepStrictEqual } from 'node:util'
import { fc, test } from '@fast-check/jest'
import { EventCodec, type EventOf } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { anyCharacter } from '../../testing/src/internal/arbitrary/characters.ts'
import { DateFromString, recorded } from './codecs.ts'

interface CentsBrand {
  readonly Cents: unique symbol
}
const Cents = t.brand(t.number, (n): n is t.Branded<number, CentsBrand> => Number.isSafeInteger(n) && n >= 0, 'Cents')
type Cents = t.TypeOf<typeof Cents>

const BigIntFromString = new t.Type<bigint, string, unknown>(
  'BigIntFromString',
  (value): value is bigint => typeof value === 'bigint',
  (value, context) =>
    typeof value === 'string' && /^-?\d+$/.test(value) ? t.success(BigInt(value)) : t.failure(value, context),
  String,
)

const SetOfNumbers = new t.Type<ReadonlySet<number>, ReadonlyArray<number>, unknown>(
  'SetOfNumbers',
  (value): value is ReadonlySet<number> => value instanceof Set,
  (value, context) =>
    F.pipe(
      t.array(t.number).validate(value, context),
      E.map((all) => new Set(all)),
    ),
  (all) => [...all],
)

/** A pair, not the array that inference would make of it. */
const euros = (total: Cents): [Cents, 'EUR'] => [total, 'EUR']

const Line = t.intersection([
  t.strict({ sku: t.string, price: Cents, due: DateFromString }),
  t.partial({ note: t.string, returned: t.union([DateFromString, t.null]) }),
])

const OrderEvent = EventCodec.make({
  Placed: t.strict({ at: DateFromString, lines: t.readonlyArray(Line), by: t.record(t.string, DateFromString) }),
  Weighed: t.strict({ grams: BigIntFromString, seen: SetOfNumbers }),
  Priced: F.pipe(
    EventCodec.version(1, t.strict({ total: t.number })),
    EventCodec.upcast(2, t.strict({ total: t.tuple([Cents, t.literal('EUR')]) }), ({ total }) => ({
      // A non-negative integer: the property generates no others.
      total: euros(total as Cents),
    })),
  ),
})
type OrderEvent = EventOf<typeof OrderEvent>

const instant = fc.date({ noInvalidDate: true })
// A non-negative integer, which is the definition of the brand.
const cents = fc.maxSafeNat().map((n) => n as Cents)
const text = fc.string({ unit: 'grapheme' })
// Without `__proto__`, which records of io-ts lose: see below.
const name = fc.oneof(text, fc.constantFrom('constructor', 'toString', '')).filter((key) => key !== '__proto__')

const line = fc.record(
  {
    sku: text,
    price: cents,
    due: instant,
    note: text,
    returned: fc.option(instant),
  },
  { requiredKeys: ['sku', 'price', 'due'], noNullPrototype: true },
)

/** The null prototype has no JSON form. */
const plain = { noNullPrototype: true } as const

const by: fc.Arbitrary<Readonly<Record<string, Date>>> = fc
  .array(fc.tuple(name, instant))
  .map((all) => Object.fromEntries(all))

const orderEvent: fc.Arbitrary<OrderEvent> = fc.oneof(
  fc.record(
    { type: fc.constant('Placed' as const), data: fc.record({ at: instant, lines: fc.array(line), by }, plain) },
    plain,
  ),
  fc.record(
    {
      type: fc.constant('Weighed' as const),
      data: fc.record({ grams: fc.bigInt(), seen: fc.uniqueArray(fc.integer()).map((all) => new Set(all)) }, plain),
    },
    plain,
  ),
  cents.map((total) => ({ type: 'Priced', data: { total: euros(total) } }) as const),
)

describe('encode, then decode', () => {
  test.prop([orderEvent], { numRuns: 500 })('returns the same event, through JSON text', (event) => {
    const encoded = OrderEvent.encode(event)
    if (E.isLeft(encoded)) throw new Error(JSON.stringify(encoded.left))
    const { type, schemaVersion, data } = encoded.right
    const back = OrderEvent.decode(recorded(type, schemaVersion, JSON.parse(JSON.stringify(data))))
    expect(back).toEqual(E.right([event]))
    expect(isDeepStrictEqual(back, E.right([event]))).toBe(true)
  })

  it('rejects data that io-ts loses', () => {
    const by = Object.fromEntries([['__proto__', new Date(0)]])
    expect(OrderEvent.encode({ type: 'Placed', data: { at: new Date(0), lines: [], by } })).toMatchObject(
      E.left({
        path: 'data.by.__proto__',
        why: expect.stringMatching('^decoding it does not give the same value: it is '),
      }),
    )
  })

  test.prop([cents])('reads events of an older version', (total) => {
    expect(OrderEvent.decode(recorded('Priced', 1, { total }))).toEqual(
      E.right([{ type: 'Priced', data: { total: euros(total) } }]),
    )
  })
})

describe('any data', () => {
  const Anything = EventCodec.make({ Noted: t.unknown })
  const unicode = fc.string({ unit: anyCharacter })
  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    key: unicode,
    values: [fc.boolean(), fc.maxSafeInteger(), fc.double(), unicode, fc.constantFrom(null, undefined)],
  })

  test.prop([anything], { numRuns: 1_000 })('is rejected, or decodes to the same value', (data) => {
    const encoded = Anything.encode({ type: 'Noted', data })
    if (E.isLeft(encoded)) return
    const text = JSON.stringify(encoded.right.data)
    expect(Anything.decode(recorded('Noted', 1, JSON.parse(text)))).toEqual(E.right([{ type: 'Noted', data }]))
    expect(JSON.stringify(data)).toBe(text)
  })
})
