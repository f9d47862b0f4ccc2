import type { NewEvent } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { newEvent, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { expectRejected } from './expectRejected.ts'
import { law } from './storeLaw.ts'

class Money {
  readonly cents = 1
}

const cyclic: { back: unknown } = { back: 1 }
cyclic.back = { again: cyclic }
const cyclicArray: Array<unknown> = []
cyclicArray.push(cyclicArray)
const nested = (levels: number): unknown => (levels === 0 ? 1 : { of: nested(levels - 1) })
const hidden = (key: string, value: unknown, of: object = { a: 1 }) => Object.defineProperty(of, key, { value })

const withoutJsonForm: ReadonlyArray<readonly [string, unknown]> = [
  ['undefined', undefined],
  ['a bigint', 1n],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['negative zero', -0],
  ['a function', () => 1],
  ['a symbol', Symbol('s')],
  ['a text with NUL', 'a\u0000b'],
  ['a text with a lone high surrogate', 'a\ud83d'],
  ['a text with a lone low surrogate', '\ude42b'],
  ['a key with NUL', { 'a\u0000b': 1 }],
  ['a key with a lone surrogate', { '\ud83d': 1 }],
  ['a date', new Date(0)],
  ['a map', new Map([['a', 1]])],
  ['a set', new Set([1])],
  ['bytes', new Uint8Array([1])],
  ['a regular expression', /a/],
  ['an error', new Error('a')],
  ['a class instance', new Money()],
  ['a boxed number', Object(1)],
  ['an object with toJSON', { a: 1, toJSON: () => 'other' }],
  ['an object that inherits toJSON', Object.create({ toJSON: () => 'other' })],
  ['an object with a hidden toJSON', hidden('toJSON', () => 'other')],
  ['an object with a hidden toJSON that gives nothing', hidden('toJSON', () => undefined)],
  ['an array with toJSON', Object.assign([1], { toJSON: () => 'other' })],
  ['a sparse array', Object.assign([1], { length: 3, 2: 3 })],
  ['a cyclic object', cyclic],
  ['a cyclic array', cyclicArray],
  ['too many levels', nested(Limits.jsonDepth + 1)],
  [
    'an object whose getter throws',
    {
      get a() {
        throw new Error('from a getter')
      },
    },
  ],
]

const refusesAll =
  (make: (value: unknown) => NewEvent): Parameters<typeof law>[1] =>
  async ({ store }) => {
    for (const [what, value] of withoutJsonForm) {
      await expectRejected(store, [newEvent(), make(value), newEvent()], what)
    }
  }

export const badData = groupOf('data that is not JSON', [
  law(
    'an append refuses a value without a JSON form as data',
    refusesAll((value) => ({ ...newEvent(), data: untyped(value) })),
  ),
  law(
    'an append refuses a value without a JSON form within data',
    refusesAll((value) => newEvent(untyped({ list: [1, { deep: value }] }))),
  ),
  law(
    'an append refuses a value without a JSON form within metadata',
    refusesAll((value) => ({ ...newEvent(), metadata: { user: untyped({ key: value }) } })),
  ),
])
