import type { NewEvent } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { freshId, newEvent, newEvents, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { expectRejected } from './expectRejected.ts'
import { law } from './storeLaw.ts'

const cyclic: { back: unknown } = { back: 1 }
cyclic.back = cyclic

/** Created only when they are read: some are large. */
const tooLarge: ReadonlyArray<readonly [string, () => ReadonlyArray<NewEvent>]> = [
  ['one character too many', () => [newEvent('x'.repeat(Limits.eventSize - 1))]],
  ['ten times too many', () => [newEvent('x'.repeat(10 * Limits.eventSize))]],
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

const noIds = [
  ...[undefined, null, 1, 1n, cyclic, '', 'x'],
  `${freshId()}0`,
  freshId().slice(1),
  freshId().toLowerCase(),
  `8${'0'.repeat(25)}`,
  ...[...'ILOU'].map((letter) => `0${letter}${'0'.repeat(24)}`),
]
const noMessageIds = [null, 1, {}, '', 'x'.repeat(Limits.messageId + 1), 'a\u0000', '\ud83d']
const noTypes = [undefined, null, 1, {}, '', 'x'.repeat(Limits.eventType + 1), 'a\u0000', 'a\n', '\ud83d']
const noVersions = [undefined, null, '1', 1n, 0, -1, 1.5, 32_768, Number.NaN, Number.POSITIVE_INFINITY]

const bad: ReadonlyArray<readonly [part: string, values: ReadonlyArray<unknown>, make: (value: unknown) => object]> = [
  ['id', noIds, (id) => ({ id })],
  ['type', noTypes, (type) => ({ type })],
  ['schemaVersion', noVersions, (schemaVersion) => ({ schemaVersion })],
  ['whole metadata', [undefined, null, 'text', 1], (metadata) => ({ metadata })],
  ['metadata.correlationId', noMessageIds, (correlationId) => ({ metadata: { correlationId } })],
  ['metadata.causationId', noMessageIds, (causationId) => ({ metadata: { causationId } })],
  ['metadata.user', [null, [], 'text', 1, new Date(0), new Map()], (user) => ({ metadata: { user } })],
  ['metadata.commandType', noTypes.slice(1), (commandType) => ({ metadata: { commandType } })],
]

export const badEvents = groupOf('invalid events', [
  law('an append refuses an event that is larger than the limits', async ({ store }) => {
    for (const [what, make] of tooLarge) await expectRejected(store, make(), what)
  }),

  ...bad.map(([part, values, make]) =>
    law(`an append refuses an event for its ${part}`, async ({ store }) => {
      for (const value of values) {
        const event: NewEvent = untyped({ ...newEvent(), ...make(value) })
        await expectRejected(store, [newEvent(), event, newEvent()], `${part} ${typeof value}`)
      }
    }),
  ),

  law('an append refuses a value that is not an event, and one event twice', async ({ store }) => {
    for (const none of [undefined, null, 'event', 1, [], {}]) {
      await expectRejected(store, [newEvent(), untyped(none), newEvent()], `${none} for an event`)
    }
    const event = newEvent()
    await expectRejected(store, [event, newEvent(), event], 'an event twice')
  }),
])
