import { Limits, type NewEvent } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { freshId, freshStream, headOf, left, newEvent, newEvents, right, untyped } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

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
  ['a buffer', Buffer.from('a')],
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

/** Where a value may stand. */
const places: ReadonlyArray<readonly [string, (value: unknown) => NewEvent]> = [
  ['as data', (value) => ({ ...newEvent(), data: untyped(value) })],
  ['within data', (value) => newEvent(untyped({ list: [1, { deep: value }] }))],
  ['within metadata', (value) => ({ ...newEvent(), metadata: { user: untyped({ key: value }) } })],
]

const large: ReadonlyArray<readonly [string, () => ReadonlyArray<NewEvent>]> = [
  ['one character too many', () => [newEvent('x'.repeat(Limits.eventSize - 1))]],
  ['100 MB in one event', () => [newEvent('x'.repeat(100_000_000))]],
  [
    'data and metadata together too long',
    () => {
      const half = 'x'.repeat(Limits.eventSize / 2)
      return [{ ...newEvent(half), metadata: { user: { half } } }]
    },
  ],
  [
    'an append too long, of events that are not',
    () => {
      const data = 'x'.repeat(Limits.eventSize - 2)
      return Array.from({ length: Limits.appendSize / Limits.eventSize + 1 }, () => newEvent(data))
    },
  ],
  ['too many events', () => newEvents(Limits.eventsPerAppend + 1)],
]

const parts: ReadonlyArray<readonly [part: string, values: ReadonlyArray<unknown>, make: (value: unknown) => object]> =
  [
    [
      'id',
      [
        undefined,
        null,
        1,
        '',
        'x',
        `${freshId()}0`,
        freshId().slice(1),
        freshId().toLowerCase(),
        `8${'0'.repeat(25)}`,
      ].concat([...'ILOU'].map((letter) => `0${letter}${'0'.repeat(24)}`)),
      (id) => ({ id }),
    ],
    [
      'type',
      [undefined, null, 1, {}, '', 'x'.repeat(Limits.eventType + 1), 'a\u0000', 'a\n', '\ud83d'],
      (type) => ({ type }),
    ],
    [
      'schemaVersion',
      [undefined, null, '1', 1n, 0, -1, 1.5, 32_768, Number.NaN, Number.POSITIVE_INFINITY],
      (schemaVersion) => ({ schemaVersion }),
    ],
    ['metadata', [undefined, null, 'text', 1], (metadata) => ({ metadata })],
    [
      'metadata.correlationId',
      [null, 1, {}, '', 'x'.repeat(Limits.messageId + 1), 'a\u0000', '\ud83d'],
      (correlationId) => ({ metadata: { correlationId } }),
    ],
    [
      'metadata.causationId',
      [null, 1, {}, '', 'x'.repeat(Limits.messageId + 1), 'a\u0000', '\ud83d'],
      (causationId) => ({ metadata: { causationId } }),
    ],
    ['metadata.user', [null, [], 'text', 1, new Date(0), new Map()], (user) => ({ metadata: { user } })],
  ]

export const describeBadData = (makeStore: MakeStore): void => {
  describe('an event that cannot be stored', () => {
    const store = sharedStore(makeStore)

    /** Refused with a reason, wherever it stands in its append; nothing is written, of its neighbours neither. */
    const expectRefused = async (bad: ReadonlyArray<NewEvent>, neighbours = 1): Promise<void> => {
      const stream = freshStream()
      const head = await headOf(store())
      const error = await left(
        store().append({
          stream,
          expected: 'any',
          events: [...newEvents(neighbours), ...bad, ...newEvents(neighbours)],
        }),
      )
      expect(error).toEqual({ _tag: 'InvalidInput', what: expect.any(String), why: expect.any(String) })
      expect((await right(store().streamInfo(stream))).status).toBe('missing')
      expect(await headOf(store())).toBe(head)
    }

    for (const [what, value] of withoutJsonForm) {
      for (const [where, make] of places) {
        it(`${what} ${where}: refused`, () => expectRefused([make(value)]))
      }
    }

    for (const [what, make] of large) {
      it(`${what}: refused`, () => expectRefused(make(), 0))
    }

    for (const [part, values, make] of parts) {
      it(`${part} that is none: refused`, async () => {
        for (const value of values) await expectRefused([untyped({ ...newEvent(), ...make(value) })])
      })
    }

    it('no event at all, or one twice: refused', async () => {
      for (const none of [undefined, null, 'event', 1, [], {}]) await expectRefused([untyped(none)])
      const event = newEvent()
      await expectRefused([event, event])
    })
  })
}
