import { isDeepStrictEqual } from 'node:util'
import { runInNewContext } from 'node:vm'
import { fc, test } from '@fast-check/jest'
import { Json } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { trickyJson } from '../../testing/src/laws/store/trickyJson.ts'

const check = Json.check('data')
const refused = (what: string, why: string) => E.left({ _tag: 'InvalidInput', what, why })

class Money {
  readonly cents = 1
}
class Cents extends Array<number> {}

const nested = (levels: number): unknown => (levels === 0 ? 0 : { of: [nested(levels - 2)] })

describe('Json.check', () => {
  test.prop([trickyJson], { numRuns: 500 })('returns JSON values unchanged', (value) => {
    expect(check(value)).toEqual(E.right(value))
    expect(isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)).toBe(true)
  })

  const anything = fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  })

  test.prop([anything], { numRuns: 2_000 })('rejects every value that a round trip changes', (value) => {
    if (E.isLeft(check(value))) return
    expect(isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value)).toBe(true)
  })

  it.each<readonly [string, unknown, string]>([
    ['undefined', undefined, 'undefined has no JSON form'],
    ['a bigint', 1n, 'bigint has no JSON form'],
    ['a function', () => 1, 'function has no JSON form'],
    ['a symbol', Symbol('s'), 'symbol has no JSON form'],
    ['NaN', Number.NaN, 'NaN has no JSON form'],
    ['an infinity', Number.POSITIVE_INFINITY, 'Infinity has no JSON form'],
    ['negative zero', -0, 'negative zero has no JSON form; write 0'],
    ['NUL', '\0', 'must not contain NUL (U+0000)'],
    ['a high surrogate alone', 'a\ud83d', 'must not contain half a surrogate pair'],
    ['a low surrogate alone', '\ude00a', 'must not contain half a surrogate pair'],
    ['surrogates in the wrong order', '\ude00\ud83d', 'must not contain half a surrogate pair'],
    ['a date', new Date(0), 'only plain objects have a JSON form; encode it with its codec'],
    ['an instance of a class', new Money(), 'only plain objects have a JSON form; encode it with its codec'],
    ['an heir of an object', Object.create({ a: 1 }), 'only plain objects have a JSON form; encode it with its codec'],
    ['a boxed number', Object(1), 'only plain objects have a JSON form; encode it with its codec'],
    ['an error', new Error('a'), 'only plain objects have a JSON form; encode it with its codec'],
    ['an heir of Array', Cents.of(1), 'only plain arrays have a JSON form; encode it with its codec'],
    ['a symbol for a key', { [Symbol('a')]: 1 }, 'has properties that JSON leaves out'],
    [
      'a hidden property',
      Object.defineProperty({}, 'toJSON', { value: () => 1 }),
      'has properties that JSON leaves out',
    ],
    ['a name on an array', Object.assign([1], { name: 1 }), 'has properties that JSON leaves out'],
    [
      'a getter that throws',
      {
        get a() {
          throw new Error('not today')
        },
      },
      'not today',
    ],
  ])('refuses %s', (_name, value, why) => {
    expect(check(value)).toEqual(refused('data', why))
    // A problem deep inside is found too, with its path; an exception of a getter has no path.
    const inside = why === 'not today' ? 'data' : 'data.list[1].deep'
    expect(check({ list: [0, { deep: value }] })).toEqual(refused(inside, why))
  })

  it('rejects keys that cannot be stored', () => {
    expect(check({ a: { 'b\0': 1 } })).toEqual(refused('data.a key "b\\u0000"', 'must not contain NUL (U+0000)'))
    expect(check({ '\ud83d': 1 })).toEqual(refused('data key "\\ud83d"', 'must not contain half a surrogate pair'))
  })

  it('rejects the holes of an array', () => {
    expect(check(Object.assign([1], { length: 3, 2: 3 }))).toEqual(refused('data[1]', 'undefined has no JSON form'))
  })

  it('accepts surrogate pairs, and every other control character', () => {
    const controls = String.fromCharCode(...Array.from({ length: 0x9f }, (_, i) => i + 1))
    expect(check({ [controls]: '😀\uffff' })).toEqual(E.right({ [controls]: '😀\uffff' }))
  })

  it('accepts plain objects of other realms, and objects without a prototype', () => {
    expect(check(runInNewContext('({ a: [{}] })'))).toMatchObject({ _tag: 'Right' })
    expect(check(Object.assign(Object.create(null), { a: 1 }))).toMatchObject({ _tag: 'Right' })
    expect(check(runInNewContext('new Date(0)'))).toMatchObject({ _tag: 'Left' })
  })

  it('accepts as many levels as the limit allows, and no more', () => {
    expect(check(nested(Limits.jsonDepth))).toMatchObject({ _tag: 'Right' })
    expect(check([nested(Limits.jsonDepth)])).toMatchObject(E.left({ why: 'nested deeper than 128 levels' }))
    const circle: Array<unknown> = []
    circle.push(circle)
    expect(check(circle)).toMatchObject(E.left({ why: 'nested deeper than 128 levels' }))
  })

  it('uses the given name of the value in the error', () => {
    expect(Json.check('metadata.user')({ a: [undefined] })).toMatchObject(E.left({ what: 'metadata.user.a[0]' }))
  })
})
