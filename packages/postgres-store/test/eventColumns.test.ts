import type { NewEvent, RecordedEvent, StreamName } from '@foldlog/core'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { type FreshStore, freshStore, newEvent, streamName } from './attack/freshStore.ts'
import { right } from './fixtures.ts'

let fresh: FreshStore

beforeAll(async () => {
  fresh = await freshStore()
  // Positions, too, have more than 32 bits.
  await fresh.watcher.unsafe(`select setval('"${fresh.schema}".positions', 8000000000000000)`)
})

afterAll(() => fresh.close())

const id = fc.oneof(fc.ulid(), fc.constantFrom('"', '\\', 'ä', '🧮', 'a,b', 'null'))

const metadata = fc.record(
  {
    correlationId: id,
    causationId: id,
    user: fc.constantFrom({}, { name: 'Zoë "the" \\ {}' }, { roles: [1, 2] }),
    commandType: fc.constantFrom('Deposit', 'With "quotes"'),
  },
  { requiredKeys: [] },
)

/** Texts of which the last two are not small: one is compressed, one is stored outside of its row. */
const text = fc.constantFrom('', 'x', '},{', '\\u0041', 'ä🧮', 'x'.repeat(5_000), 'random')

/** Letters without a pattern, so that the server does not compress them. */
const withoutPattern = (seed: number): string => {
  let state = Math.abs(Math.trunc(seed)) % 2_147_483_647 || 1
  const next = () => {
    state = (state * 48_271) % 2_147_483_647
    return String.fromCharCode(97 + (state % 26))
  }
  return Array.from({ length: 5_000 }, next).join('')
}

const event = fc
  .record({
    type: fc.constantFrom('Happened', 'With "quotes"', 'back\\slash', 'ä🧮', ',', '[]'),
    schemaVersion: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 32_767 })),
    text,
    number: fc.oneof(fc.integer(), fc.constantFrom(1e300, -0.000001, 0)),
    metadata,
  })
  .map(
    ({ text, number, ...rest }): NewEvent => ({
      ...newEvent({ text: text === 'random' ? withoutPattern(number) : text, number }),
      ...rest,
    }),
  )

/** Many small events with few others between them, so that rows end at their limits and within. */
const manyEvents = fc
  .array(event, { minLength: 1, maxLength: 12 })
  .chain((odd) => fc.tuple(fc.constant(odd), fc.constantFrom(0, 0, 19, 31, 90, 240, 260), fc.constantFrom(0, 0, 240)))
  .map(([odd, before, after]) => [
    ...Array.from({ length: before }, (_, n) => newEvent({ n })),
    ...odd,
    ...Array.from({ length: after }, (_, n) => ({ ...newEvent({ n }), metadata: { correlationId: `c-${n}` } })),
  ])

let streams = 0

/** The events in the other form that the server has for them: a JSON text for each. */
const readById = async (events: ReadonlyArray<NewEvent>): Promise<ReadonlyArray<RecordedEvent>> =>
  right(fresh.store.findEvents(events.map((one) => one.id)))

const pagesOfStream = async (stream: StreamName, count: number) => {
  const all: Array<RecordedEvent> = []
  for (;;) {
    const page = await right(fresh.store.readStream(stream, { from: all.length + 1, count }))
    all.push(...page.events)
    if (page.end) return all
  }
}

describe('events that are read as columns', () => {
  it('are those that are found by their ids, whatever they contain and however the page is cut', async () => {
    await fc.assert(
      fc.asyncProperty(manyEvents, fc.constantFrom(7, 100, 101, 1_000), async (drawn, count) => {
        // fast-check may run the same events again, whose ids are stored then.
        const events = drawn.map((one) => ({ ...one, id: newEvent().id }))
        const stream = streamName(`columns${streams}-${streams++}`)
        const after = await right(fresh.store.settledPosition)
        await right(fresh.store.append({ stream, expected: 'noStream', events }))
        const found = await readById(events)
        expect(found.map(({ version }) => version)).toEqual(events.map((_, n) => n + 1))
        expect(found.map((one) => one.metadata)).toEqual(events.map((one) => one.metadata))
        expect(await pagesOfStream(stream, count)).toEqual(found)

        const backward = await right(
          fresh.store.readStream(stream, { from: events.length, count: 1_000, direction: 'backward' }),
        )
        expect(backward.events).toEqual(found.toReversed())

        const together = await Promise.all([
          right(fresh.store.readStream(stream)),
          right(fresh.store.readStream(streamName('missing-1'))),
          right(fresh.store.readStream(stream, { from: 3 })),
        ])
        const expected = [found, [], found.slice(2)]
        for (const [i, page] of together.entries()) {
          // With long events a page may end early, but says so.
          const all = expected[i] ?? []
          expect(page.events).toEqual(page.end ? all : all.slice(0, page.events.length))
          expect(page.events.length > 0).toBe(all.length > 0)
        }

        const { page } = await right(fresh.store.readFromSnapshot(stream, 1, 1_000))
        expect(page.events).toEqual(found)

        const [category = ''] = stream.split('-')
        const filters = [{}, { categories: [category] }, { categories: [category, 'other'] }, { streams: [stream] }]
        for (const filter of filters) {
          const log = await right(fresh.store.readLog({ after, filter, count: 1_000 }))
          expect(log.events).toEqual(found)
        }
      }),
      { numRuns: 8 },
    )
  })

  it('have the names of their streams, however they are mixed in the log', async () => {
    const after = await right(fresh.store.settledPosition)
    const names = ['mixed-a', 'mixed-"b"', 'mixed-\\', 'mixed-ä🧮'].map(streamName)
    for (let round = 0; round < 3; round++)
      for (const stream of names) await right(fresh.store.append({ stream, expected: round, events: [newEvent()] }))
    const { events } = await right(fresh.store.readLog({ after, filter: { categories: ['mixed'] } }))
    expect(events.map(({ stream, version }) => [stream, version])).toEqual(
      [1, 2, 3].flatMap((version) => names.map((stream) => [stream, version])),
    )
  })
})
