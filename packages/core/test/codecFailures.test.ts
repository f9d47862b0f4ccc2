import { describeError, EventCodec } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { OddValues, oddNames } from '@foldlog/test-kit'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromString, location, recorded } from './codecs.ts'

const Item = t.strict({ sku: t.string, price: t.strict({ cents: t.Int }) })

/** A deliberately bad codec. */
const Explosive = new t.Type<string, string, unknown>(
  'Explosive',
  (value): value is string => {
    if (value === 'boom') throw new Error('is')
    return typeof value === 'string'
  },
  () => {
    throw new Error('decode')
  },
  (value) => value,
)

const Order = EventCodec.make(
  {
    Placed: t.strict({ items: t.array(Item), at: DateFromString }, 'Placed'),
    Paid: F.pipe(
      EventCodec.version(1, t.strict({ amount: t.string })),
      EventCodec.upcast(2, t.strict({ cents: t.Int }), ({ amount }) => {
        if (amount === '') throw new Error('no amount')
        // A mistake that the types do not catch.
        return { cents: Number(amount) as t.Int }
      }),
      EventCodec.upcast(3, t.strict({ cents: t.Int, by: t.string }, 'PaidBy'), ({ cents }) => ({
        cents,
        // A mistake that the types do not catch.
        by: cents === 13 ? (undefined as never) : 'card',
      })),
    ),
    Explosive,
    Late: F.pipe(
      EventCodec.version(1, t.string),
      EventCodec.upcast(2, Explosive, (text) => text),
    ),
  },
  {
    retired: [
      EventCodec.split(
        { type: 'Split', schemaVersion: 1 },
        t.strict({ parts: t.array(t.number) }),
        [
          { type: 'Paid', schemaVersion: 2 },
          { type: 'Placed', schemaVersion: 1 },
        ],
        ({ parts }) => {
          if (parts.length === 0) throw new TypeError('no parts')
          // 7 is a mistake that the types do not catch.
          return parts.map(
            (cents) =>
              ({ type: cents === 7 ? ('Late' as 'Paid') : 'Paid', schemaVersion: 2, data: { cents } }) as const,
          )
        },
      ),
      EventCodec.split({ type: 'Fuse', schemaVersion: 1 }, Explosive, [{ type: 'Paid', schemaVersion: 2 }], () => []),
    ],
  },
)

/** The whole failure: place, type and reason. */
const failure = (type: string, schemaVersion: number, reason: object) =>
  E.left({ ...location, type, schemaVersion, reason })

describe('a stored event that cannot be decoded', () => {
  it('has an unknown type', () => {
    expect(Order.decode(recorded('Shipped', 4, {}))).toEqual(failure('Shipped', 4, { _tag: 'UnknownType' }))
  })

  it.each([4, 0, -1, 1.5, 40_000])('has version %d of a type whose newest known version is 3', (schemaVersion) => {
    expect(Order.decode(recorded('Paid', schemaVersion, {}))).toEqual(
      failure('Paid', schemaVersion, { _tag: 'UnknownVersion', newestKnown: 3 }),
    )
  })

  describe('has data that its codec rejects', () => {
    const at = '2024-01-01T00:00:00.000Z'

    it('the whole', () => {
      expect(Order.decode(recorded('Placed', 1, null))).toEqual(
        failure('Placed', 1, {
          _tag: 'InvalidData',
          problems: [{ path: 'data', why: 'expected Placed, got null' }],
        }),
      )
    })

    it('a part deep inside', () => {
      const items = [
        { sku: 'a', price: { cents: 1 } },
        { sku: 'b', price: { cents: 1.5 } },
      ]
      expect(Order.decode(recorded('Placed', 1, { items, at }))).toEqual(
        failure('Placed', 1, {
          _tag: 'InvalidData',
          problems: [{ path: 'data.items.1.price.cents', why: 'expected Int, got 1.5' }],
        }),
      )
    })

    it('several parts, each with its path', () => {
      const items = [{ sku: 7, price: { cents: 'x'.repeat(100) } }, { price: [] }]
      expect(Order.decode(recorded('Placed', 1, { items, at: 'yesterday' }))).toEqual(
        failure('Placed', 1, {
          _tag: 'InvalidData',
          problems: [
            { path: 'data.items.0.sku', why: 'expected string, got 7' },
            { path: 'data.items.0.price.cents', why: `expected Int, got "${'x'.repeat(60)}…"` },
            { path: 'data.items.1.sku', why: 'expected string, got undefined' },
            { path: 'data.items.1.price', why: 'expected {| cents: Int |}, got an array' },
            { path: 'data.at', why: 'expected DateFromString, got "yesterday"' },
          ],
        }),
      )
    })

    it('a part of an intersection or a union, whose index is not in the path', () => {
      const both = t.intersection([t.type({ id: t.Int }), t.partial({ size: t.union([t.Int, t.literal('all')]) })])
      const codec = t.strict({ list: t.array(t.readonly(t.exact(both))) })
      const Listed = EventCodec.make({ Listed: codec })
      expect(Listed.decode(recorded('Listed', 1, { list: [{ id: 1 }, { id: 'x', size: -0.5 }] }))).toEqual(
        failure('Listed', 1, {
          _tag: 'InvalidData',
          problems: [
            { path: 'data.list.1.id', why: 'expected Int, got "x"' },
            { path: 'data.list.1.size', why: 'expected Int, got -0.5' },
            { path: 'data.list.1.size', why: 'expected "all", got -0.5' },
          ],
        }),
      )
    })

    it('in an older version, by the codec of that version', () => {
      expect(Order.decode(recorded('Paid', 1, { amount: true }))).toEqual(
        failure('Paid', 1, {
          _tag: 'InvalidData',
          problems: [{ path: 'data.amount', why: 'expected string, got true' }],
        }),
      )
    })

    it('in a retired form, by its own codec', () => {
      expect(Order.decode(recorded('Split', 1, { parts: [1, null] }))).toEqual(
        failure('Split', 1, {
          _tag: 'InvalidData',
          problems: [{ path: 'data.parts.1', why: 'expected number, got null' }],
        }),
      )
    })

    it('in the result of a split; the failure names the stored form', () => {
      expect(Order.decode(recorded('Split', 1, { parts: [1, 0.5] }))).toEqual(
        failure('Split', 1, { _tag: 'InvalidData', problems: [{ path: 'data.cents', why: 'expected Int, got 0.5' }] }),
      )
    })

    it.each(['Explosive', 'Fuse'])('%s, whose codec throws', (type) => {
      expect(Order.decode(recorded(type, 1, 'x'))).toEqual(
        failure(type, 1, { _tag: 'InvalidData', problems: [{ path: 'data', why: 'decode' }] }),
      )
    })
  })

  describe('cannot be upcast', () => {
    it.each([
      ['the upcast throws', 'Paid', 1, { amount: '' }, 'version 2', 'no amount'],
      [
        'the upcast makes what its codec refuses',
        'Paid',
        1,
        { amount: '1.5' },
        'version 2',
        'the result is not a {| cents: Int |}',
      ],
      [
        'a later upcast makes what its codec refuses',
        'Paid',
        2,
        { cents: 13 },
        'version 3',
        'the result is not a PaidBy',
      ],
      ['a later upcast, of an older version', 'Paid', 1, { amount: '13' }, 'version 3', 'the result is not a PaidBy'],
      ['the codec of what was made throws', 'Late', 1, 'boom', 'version 2', 'is'],
      ['a split throws', 'Split', 1, { parts: [] }, 'Paid, Placed', 'TypeError: no parts'],
      [
        'a split makes a form it does not name',
        'Split',
        1,
        { parts: [1, 7] },
        'Paid, Placed',
        'returned an event of a form that is not in its list of targets',
      ],
      ['a split makes what cannot be upcast', 'Split', 1, { parts: [13] }, 'version 3', 'the result is not a PaidBy'],
    ])('%s', (_name, type, schemaVersion, data, to, why) => {
      expect(Order.decode(recorded(type, schemaVersion, data))).toEqual(
        failure(type, schemaVersion, { _tag: 'UpcastFailed', to, why }),
      )
    })

    it.each(oddNames.filter((name) => name !== 'an empty list'))('when a split returns %s', (name) => {
      const split = (returned: () => unknown) =>
        EventCodec.make(
          { Half: t.unknown },
          {
            retired: [
              EventCodec.split(
                { type: 'Whole', schemaVersion: 1 },
                t.unknown,
                [{ type: 'Half', schemaVersion: 1 }],
                () =>
                  // Contrary to the type.
                  returned() as never,
              ),
            ],
          },
        )
      const made = OddValues[name]?.()
      UserCode.absorb(made)
      for (const value of [made, [made]]) {
        const decoded = split(() => value).decode(recorded('Whole', 1, 1))
        expect(decoded).toMatchObject({ left: { reason: { _tag: 'UpcastFailed', to: 'Half' } } })
        if (E.isLeft(decoded)) expect(describeError(decoded.left)).toEqual(expect.any(String))
      }
    })

    it('when anything is thrown', () => {
      const thrown = [undefined, null, 'text', 7, { message: 'shaped' }, new RangeError('range'), Symbol('s')]
      const whys = thrown.map((value) => {
        const codec = EventCodec.make({
          A: F.pipe(
            EventCodec.version(1, t.unknown),
            EventCodec.upcast(2, t.unknown, () => {
              throw value
            }),
          ),
        })
        const decoded = codec.decode(recorded('A', 1, 1))
        return E.isLeft(decoded) && decoded.left.reason._tag === 'UpcastFailed' ? decoded.left.reason.why : decoded
      })
      expect(whys).toEqual(['undefined', 'null', 'text', '7', 'shaped', 'RangeError: range', 'Symbol(s)'])
    })
  })
})
