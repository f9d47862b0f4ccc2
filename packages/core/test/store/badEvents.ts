import { Limits, type NewEvent } from '@foldlog/core'
import { describe, it } from '@jest/globals'
import { freshId, newEvent, newEvents, untyped } from './given.ts'
import { expectRefused } from './refused.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

const cyclic: { back: unknown } = { back: 1 }
cyclic.back = cyclic

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
        1n,
        cyclic,
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

export const describeBadEvents = (makeStore: MakeStore): void => {
  describe('an event that cannot be stored', () => {
    const store = sharedStore(makeStore)

    for (const [what, make] of large) {
      it(`${what}: refused`, () => expectRefused(store(), make()))
    }

    for (const [part, values, make] of parts) {
      it(`${part} that is none: refused`, async () => {
        for (const value of values) {
          await expectRefused(store(), [newEvent(), untyped({ ...newEvent(), ...make(value) }), newEvent()])
        }
      })
    }

    it('no event at all, or one twice: refused', async () => {
      for (const none of [undefined, null, 'event', 1, [], {}]) {
        await expectRefused(store(), [newEvent(), untyped(none), newEvent()])
      }
      const event = newEvent()
      await expectRefused(store(), [event, newEvent(), event])
    })
  })
}
