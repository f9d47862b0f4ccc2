import { EventCodec } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromString, recorded } from './codecs.ts'

/** A codec of one event, whose data goes in with `encode` and out with `decode`. */
const through = <A>(name: string, encode: (value: A) => unknown, decode: (stored: unknown) => A) =>
  new t.Type<A, unknown, unknown>(
    name,
    (_value): _value is A => true,
    (stored) => t.success(decode(stored)),
    encode,
  )

const encode = (codec: t.Mixed, data: unknown) => EventCodec.make({ Noted: codec }).encode({ type: 'Noted', data })

const refused = (path: string, why: unknown) => E.left({ _tag: 'EncodeFailure', type: 'Noted', path, why })

const differs: unknown = expect.stringMatching(
  /^decoding it does not give the same value: it is .+, and decoding gives .+/,
)

describe('an event is rejected before it is written', () => {
  const half = '\ud83d'

  it.each<readonly [string, unknown, string, string]>([
    [
      'a date that its codec leaves as it is',
      { at: new Date(0) },
      'data.at',
      'only plain objects have a JSON form; encode it with its codec',
    ],
    ['a map', { at: new Map() }, 'data.at', 'only plain objects have a JSON form; encode it with its codec'],
    ['undefined', undefined, 'data', 'undefined has no JSON form'],
    ['undefined in a property', { a: { b: undefined } }, 'data.a.b', 'undefined has no JSON form'],
    ['undefined in an array', [1, [undefined]], 'data[1][0]', 'undefined has no JSON form'],
    ['NaN', { a: Number.NaN }, 'data.a', 'NaN has no JSON form'],
    ['an infinity', { a: Number.NEGATIVE_INFINITY }, 'data.a', '-Infinity has no JSON form'],
    ['negative zero', { a: -0 }, 'data.a', 'negative zero has no JSON form; write 0'],
    ['a bigint', { a: 1n }, 'data.a', 'bigint has no JSON form'],
    ['a function', { a: () => 1 }, 'data.a', 'function has no JSON form'],
    ['a symbol', { a: Symbol('a') }, 'data.a', 'symbol has no JSON form'],
    ['NUL', { a: 'a\0b' }, 'data.a', 'must not contain NUL (U+0000)'],
    ['half a surrogate pair', { a: half }, 'data.a', 'must not contain half a surrogate pair'],
    ['half a surrogate pair in a key', { [half]: 1 }, 'data key "\\ud83d"', 'must not contain half a surrogate pair'],
  ])('%s', (_name, data, path, why) => expect(encode(t.unknown, data)).toEqual(refused(path, why)))

  it('with data that its codec drops', () => {
    const codec = t.strict({ a: t.number, deep: t.array(t.strict({ b: t.string })) })
    expect(encode(codec, { a: 1, deep: [], extra: 2 })).toEqual(refused('data.extra', differs))
    expect(encode(codec, { a: 1, deep: [{ b: '' }, { b: '', extra: 2 }] })).toEqual(
      refused('data.deep.1.extra', differs),
    )
  })

  it('with data to which its codec adds when it is read', () => {
    const withDefault = through<object>('WithDefault', F.identity, (stored) => ({
      role: 'none',
      ...(stored as object),
    }))
    expect(encode(withDefault, { name: 'Ada' })).toEqual(refused('data.role', differs))
    expect(encode(withDefault, { name: 'Ada', role: 'admin' })).toMatchObject({ _tag: 'Right' })
  })

  it('with data that its codec rejects when it is read', () => {
    expect(encode(t.strict({ a: t.number }), { a: '1' })).toEqual(refused('data.a', 'expected number, got "1"'))
    expect(encode(t.strict({ a: DateFromString }), { a: new Date(Number.NaN) })).toEqual(
      refused('data.a', 'RangeError: Invalid time value'),
    )
  })

  it('when its codec rounds, trims or drops data', () => {
    const seconds = through<Date>(
      'Seconds',
      (date) => Math.floor(date.getTime() / 1000),
      (stored) => new Date(Number(stored) * 1000),
    )
    expect(encode(t.strict({ at: seconds }), { at: new Date(1500) })).toEqual(refused('data.at', differs))
    expect(encode(t.strict({ at: seconds }), { at: new Date(1000) })).toMatchObject({ _tag: 'Right' })
    const trimmed = through<string>('Trimmed', (text) => text.trim(), String)
    expect(encode(t.strict({ list: t.array(trimmed) }), { list: ['a', ' b'] })).toEqual(refused('data.list.1', differs))
    const sign = through<number>('Sign', String, Number)
    expect(encode(t.strict({ n: sign }), { n: -0 })).toEqual(refused('data.n', differs))
    const firstOnly = t.strict({
      all: through<ReadonlyArray<number>>(
        'First',
        (all) => all.slice(0, 1),
        (all) => all as [],
      ),
    })
    expect(encode(firstOnly, { all: [1, 2] })).toEqual(refused('data.all', differs))
  })

  it.each<readonly [string, (text: string) => unknown, string]>([
    ['a URL', (text) => new URL(text), 'https://b.example/'],
    ['a regular expression', (text) => new RegExp(text), 'other'],
    ['a Map', (text) => new Map([['a', { b: text }]]), 'other'],
    ['a Set', (text) => new Set([text]), 'other'],
    ['a Date', (text) => new Date(text.length), 'much longer than it was'],
    ['a boxed text', (text) => Object(text), 'other'],
  ])('with %s that comes back as another', (_name, make, other) => {
    const [there, elsewhere] = [make('https://a.example/'), make(other)]
    const codec = (back: unknown) =>
      t.strict({
        a: through(
          'Built-in',
          () => 'stored',
          () => back,
        ),
      })
    expect(encode(codec(elsewhere), { a: there })).toEqual(refused('data.a', differs))
    expect(encode(codec(make('https://a.example/')), { a: there })).toMatchObject({ _tag: 'Right' })
    // No property differs, and yet they are not equal.
    expect(encode(codec({}), { a: there })).toEqual(refused('data.a', differs))
  })

  it('with a Set or a Map only by content, whatever the order in which members were added', () => {
    const codec = (back: unknown) =>
      t.strict({
        a: through(
          'Built-in',
          () => 'stored',
          () => back,
        ),
      })
    const [one, other] = [{ n: 1 }, { n: 2 }]
    const pairs: ReadonlyArray<readonly [there: unknown, back: unknown, same: boolean]> = [
      [new Set([1, 2, 'x']), new Set(['x', 2, 1]), true],
      [new Set([one, other]), new Set([{ n: 2 }, { n: 1 }]), true],
      [new Set([one, { n: 1 }]), new Set([{ n: 2 }, { n: 1 }]), false],
      [new Set([1, 2]), new Set([1, 3]), false],
      [
        new Map([[1, one] as const, [2, other] as const]),
        new Map([[2, { n: 2 }] as const, [1, { n: 1 }] as const]),
        true,
      ],
      [
        new Map([[1, one] as const, [2, other] as const]),
        new Map([[1, { n: 2 }] as const, [2, { n: 1 }] as const]),
        false,
      ],
      [
        new Map([[one, 1] as const, [other, 2] as const]),
        new Map([[{ n: 2 }, 2] as const, [{ n: 1 }, 1] as const]),
        true,
      ],
    ]
    for (const [there, back, same] of pairs) expect(E.isRight(encode(codec(back), { a: there }))).toBe(same)
  })

  it('when its codec throws', () => {
    const fail = (): never => {
      throw new TypeError('not today')
    }
    expect(encode(t.strict({ a: through<unknown>('In', fail, F.identity) }), { a: 1 })).toEqual(
      refused('data.a', 'TypeError: not today'),
    )
    expect(encode(t.strict({ a: through<unknown>('Out', F.identity, fail) }), { a: 1 })).toEqual(
      refused('data', 'TypeError: not today'),
    )
    // The types do not allow this: there are no parts to encode.
    expect(encode(t.strict({ a: DateFromString }), null)).toMatchObject(E.left({ _tag: 'EncodeFailure', path: 'data' }))
  })

  it('when it contains itself', () => {
    const circle: { self?: object } = {}
    circle.self = circle
    expect(encode(t.unknown, circle)).toMatchObject(E.left({ why: 'nested deeper than 128 levels' }))
    const other: { self?: object } = {}
    other.self = other
    expect(
      encode(
        through(
          'Circle',
          () => 'circle',
          () => other,
        ),
        circle,
      ),
    ).toMatchObject(E.left({ _tag: 'EncodeFailure', path: 'data' }))
  })
})

describe('a JSON value is written unchanged', () => {
  it.each([
    null,
    true,
    0,
    '',
    [],
    {},
    { '': [null, [{}]] },
    { a: 5e-324, b: Number.MAX_VALUE, c: 2 ** 53 },
    'e\u0301 👩‍👩‍👧 \u2028 \uffff',
    JSON.parse('{"__proto__":{"constructor":1}}'),
  ])('%j', (data) => {
    expect(encode(t.unknown, data)).toEqual(E.right({ type: 'Noted', schemaVersion: 1, data }))
    expect(EventCodec.make({ Noted: t.unknown }).decode(recorded('Noted', 1, data))).toEqual(
      E.right([{ type: 'Noted', data }]),
    )
  })
})
