import { isDeepStrictEqual } from 'node:util'
import { fc, test } from '@fast-check/jest'
import { type EventId, Limits, type Metadata, type NewEvent } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { freshId, freshStream, newEvent, right } from './given.ts'
import { json, record, text } from './json.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

/** A text without control characters, as names and message ids must be. */
const name = text.map((value) => value.replaceAll(/\p{Control}/gu, '') || 'name')

const metadata: fc.Arbitrary<Metadata> = fc.record(
  { correlationId: name, causationId: name, user: record },
  { requiredKeys: [], noNullPrototype: true },
)

const event: fc.Arbitrary<Omit<NewEvent, 'id'>> = fc.record({
  type: name,
  schemaVersion: fc.oneof(fc.integer({ min: 1, max: 32_767 }), fc.constantFrom(1, 32_767)),
  data: json,
  metadata,
})

/** `toEqual` shows the difference but takes `undefined` for absent; `toStrictEqual` is misled by a key named `constructor`. */
const expectSame = (actual: unknown, expected: unknown): void => {
  expect(actual).toEqual(expected)
  expect(isDeepStrictEqual(actual, expected)).toBe(true)
}

export const describeFidelity = (makeStore: MakeStore): void => {
  describe('what was appended', () => {
    const store = sharedStore(makeStore)

    /** Appends, and reads it in every way there is. */
    const expectFaithful = async (events: ReadonlyArray<NewEvent>): Promise<void> => {
      const stream = freshStream()
      const { positions, recordedAt } = await right(store().append({ stream, expected: 'noStream', events }))
      const stored = events.map((given, i) => ({
        ...given,
        stream,
        version: i + 1,
        position: positions[i],
        recordedAt,
      }))
      expectSame((await right(store().readStream(stream))).events, stored)
      const backward = await right(store().readStream(stream, { direction: 'backward' }))
      expectSame(backward.events, [...stored].reverse())
      expectSame((await right(store().readLog({ filter: { streams: [stream] } }))).events, stored)
      expectSame(await right(store().findEvents(events.map(({ id }) => id))), stored)
      expectSame((await right(store().readFromSnapshot(stream, 1))).slice.events, stored)
    }

    test.prop([fc.array(event, { minLength: 1, maxLength: 5 })], { numRuns: 200 })(
      'comes back the same: ids, types, data, metadata, versions, positions, times',
      (events) => expectFaithful(events.map((rest) => ({ id: freshId(), ...rest }))),
    )

    it('comes back the same with every control character but NUL, and with any plane of Unicode', async () => {
      const controls = String.fromCharCode(...Array.from({ length: 0x9f }, (_, i) => i + 1))
      const planes = [0xd7ff, 0xe000, 0xfdd0, 0xfffe, 0xffff, 0x10000, 0x1f642, 0x10ffff].map((code) =>
        String.fromCodePoint(code),
      )
      await expectFaithful([newEvent(controls), newEvent(planes), newEvent({ [controls]: planes.join('') })])
    })

    it('comes back the same with every kind of number', async () => {
      const numbers = [0, -1, 0.1, -0.1, 1 / 3, 5e-324, 2.2250738585072014e-308, Number.MAX_VALUE, -Number.MAX_VALUE]
      const wholes = [
        Number.MAX_SAFE_INTEGER,
        Number.MIN_SAFE_INTEGER,
        2 ** 53,
        2 ** 53 + 2,
        2 ** 64,
        1e21,
        1e22,
        1e-7,
        1e300,
      ]
      await expectFaithful([newEvent(numbers), newEvent(wholes), ...numbers.map((number) => newEvent(number))])
    })

    it('comes back the same when it is hardly anything', async () => {
      await expectFaithful([null, true, false, 0, '', [], {}, [null], [[]], { '': null }].map((data) => newEvent(data)))
      await expectFaithful([{ ...newEvent(), metadata: { user: {} } }])
    })

    it('comes back the same with keys that JavaScript gives a meaning', async () => {
      const data = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":null,"1":1,"0":0,"length":-1}')
      await expectFaithful([newEvent(data), { ...newEvent(), metadata: { user: data } }])
      expect(Object.hasOwn({}, 'admin') || 'admin' in {}).toBe(false)
    })

    test.prop([fc.ulid()], { numRuns: 50 })('comes back with any ULID for its id', async (id) => {
      // fast-check makes canonical ULIDs.
      await expectFaithful([{ ...newEvent(), id: id as EventId }])
    })

    it('comes back the same at the limits', async () => {
      const deep = (levels: number): NewEvent['data'] => (levels === 0 ? 1 : [deep(levels - 1)])
      await expectFaithful([
        newEvent(deep(Limits.jsonDepth)),
        newEvent('x'.repeat(Limits.eventSize - 2)),
        newEvent('🙂'.repeat(Limits.eventSize / 2 - 1)),
        newEvent({}, 'é'.repeat(Limits.eventType)),
        {
          ...newEvent(),
          metadata: { correlationId: '語'.repeat(Limits.messageId), causationId: '"'.repeat(Limits.messageId) },
        },
        { ...newEvent(), id: '0'.repeat(26) as EventId }, // The first ULID there is,
        { ...newEvent(), id: `7${'Z'.repeat(25)}` as EventId }, // and the last.
      ])
    })
  })
}
