import type { EventId, Json, Metadata, NewEvent } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import fc from 'fast-check'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { freshId, freshStream, newEvent, readStreamFromLog, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'
import { trickyJson, trickyRecord, trickyText } from './trickyJson.ts'

/** A text without control characters, as names and message ids must be. */
const name = trickyText.map((value) => value.replaceAll(/\p{Control}/gu, '') || 'name')

const metadata: fc.Arbitrary<Metadata> = fc.record(
  { correlationId: name, causationId: name, user: trickyRecord, commandType: name },
  { requiredKeys: [], noNullPrototype: true },
)

const event: fc.Arbitrary<Omit<NewEvent, 'id'>> = fc.record(
  {
    type: name,
    schemaVersion: fc.oneof(fc.integer({ min: 1, max: 32_767 }), fc.constantFrom(1, 32_767)),
    data: trickyJson,
    metadata,
  },
  { noNullPrototype: true },
)

/** Appends events, and reads them in every possible way. */
const expectFaithful = async ({ store, can }: LawContext, events: ReadonlyArray<NewEvent>): Promise<void> => {
  const stream = freshStream()
  const { positions, recordedAt } = await right(store.append({ stream, expected: 'noStream', events }))
  const stored = events.map((given, i) => ({ ...given, stream, version: i + 1, position: positions[i], recordedAt }))
  expectEqual((await right(store.readStream(stream))).events, stored, 'readStream')
  const backward = await right(store.readStream(stream, { direction: 'backward' }))
  expectEqual(backward.events, [...stored].reverse(), 'readStream, backward')
  const first = (positions[0] ?? 1) - 1
  const { events: logged } = await right(store.readLog({ after: first, count: events.length }))
  expectEqual(logged, stored, 'readLog')
  if (can('filters'))
    expectEqual((await right(store.readLog({ filter: { streams: [stream] } }))).events, stored, 'readLog, filtered')
  if (can('findEvents')) expectEqual(await right(store.findEvents(events.map(({ id }) => id))), stored, 'findEvents')
  if (can('snapshots'))
    expectEqual((await right(store.readFromSnapshot(stream, 1))).page.events, stored, 'readFromSnapshot')
}

const hardlyAnything: ReadonlyArray<Json> = [null, true, false, 0, '', [], {}, [null], [[]], { '': null }]

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

export const fidelity = groupOf('fidelity', [
  law('an event comes back unchanged: ids, types, data, metadata, versions, positions, times', async (subject) => {
    await forAll(fc.array(event, { minLength: 1, maxLength: 5 }), subject.runs(200), (events) =>
      expectFaithful(
        subject,
        events.map((rest) => ({ id: freshId(), ...rest })),
      ),
    )
  }),

  law('an event comes back with every control character but NUL, and with any plane of Unicode', async (subject) => {
    const controls = String.fromCharCode(...Array.from({ length: 0x9f }, (_, i) => i + 1))
    const planes = [0xd7ff, 0xe000, 0xfdd0, 0xfffe, 0xffff, 0x10000, 0x1f642, 0x10ffff].map((code) =>
      String.fromCodePoint(code),
    )
    // Texts that normalization would change.
    const composed = ['e\u0301', '\u00e9', '\u212b', '\ufb01', '\u1100\u1161']
    await expectFaithful(
      subject,
      [controls, planes, composed, { [controls]: planes.join('') }].map((data) => newEvent(data)),
    )
  }),

  law('an event comes back with every kind of number', async (subject) => {
    await expectFaithful(subject, [newEvent(numbers), newEvent(wholes), ...numbers.map((number) => newEvent(number))])
  }),

  law('an almost empty event comes back unchanged', async (subject) => {
    await expectFaithful(
      subject,
      hardlyAnything.map((data) => newEvent(data)),
    )
    await expectFaithful(subject, [{ ...newEvent(), metadata: { user: {} } }])
  }),

  law('an event comes back with keys that have a meaning in JavaScript', async (subject) => {
    const data = JSON.parse('{"__proto__":{"admin":true},"constructor":1,"toString":null,"1":1,"0":0,"length":-1}')
    await expectFaithful(subject, [newEvent(data), { ...newEvent(), metadata: { user: data } }])
    expectTrue(!('admin' in {}), 'no prototype of others is changed')
  }),

  law('an event has its metadata beside its data, never within', async ({ store }) => {
    const stream = freshStream()
    const given: Metadata = {
      correlationId: 'correlation',
      causationId: 'causation',
      user: { type: 'a', id: 'b', data: 1 },
    }
    const events = [{ ...newEvent({ correlationId: 1, causationId: 2, user: 3, metadata: 4 }), metadata: given }]
    await right(store.append({ stream, expected: 'any', events }))
    const [stored] = await readStreamFromLog(store, stream)
    expectEqual(stored?.data, { correlationId: 1, causationId: 2, user: 3, metadata: 4 }, 'data')
    expectEqual(stored?.metadata, given, 'metadata')
  }),

  law('an event has the type of its command, with any record of the user', async (subject) => {
    const users = [undefined, {}, { $command: 'Book' }, { $command: null, user: {} }, { at: { $command: ['Book'] } }]
    const types = [undefined, 'Book', '$command']
    await expectFaithful(
      subject,
      users.flatMap((user) =>
        types.map((commandType) => ({
          ...newEvent(),
          metadata: { ...(user && { user }), ...(commandType && { commandType }) },
        })),
      ),
    )
  }),

  law('an event comes back with any ULID as its id', async (subject) => {
    // fast-check generates canonical ULIDs.
    await forAll(fc.ulid(), subject.runs(50), (id) => expectFaithful(subject, [{ ...newEvent(), id: id as EventId }]))
    // The first possible ULID, and the last.
    const [first, last] = ['0'.repeat(26) as EventId, `7${'Z'.repeat(25)}` as EventId]
    await expectFaithful(subject, [
      { ...newEvent(), id: last },
      { ...newEvent(), id: first },
    ])
  }),

  law(
    'an event at the limits comes back unchanged',
    async (subject) => {
      const deep = (levels: number): Json => (levels === 0 ? 1 : [deep(levels - 1)])
      const [correlationId, causationId] = ['語'.repeat(Limits.messageId), '"'.repeat(Limits.messageId)]
      await expectFaithful(subject, [
        newEvent(deep(Limits.jsonDepth)),
        newEvent('x'.repeat(Limits.eventSize - 2)),
        newEvent('🙂'.repeat(Limits.eventSize / 2 - 1)),
        newEvent({}, 'é'.repeat(Limits.eventType)),
        { ...newEvent(), metadata: { correlationId, causationId } },
      ])
    },
    'largeAppends',
  ),
])
