import { type Append, EventId, type ExpectedVersion, type NewEvent, type StreamName, Tag } from '@foldlog/core'
import type { PostgresStore } from '@foldlog/postgres-store'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { type FreshStore, freshStore, streamName } from './attack/freshStore.ts'

/**
 * The functions that append, and the general path of foldlog.append, must not be distinguishable from outside: appends
 * that are sent together end as if each had been sent alone, in order.
 */
let apart: FreshStore
let together: FreshStore

beforeAll(async () => {
  apart = await freshStore(undefined, { batching: { appends: 1, inFlight: 1 } })
  together = await freshStore(undefined, { batching: { inFlight: 1 } })
})

afterAll(async () => {
  await apart.close()
  await together.close()
})

interface Part {
  readonly stream: number
  readonly expected: ExpectedVersion
  readonly events: number
  /** Uses the ids of the n-th append instead of new ones. */
  readonly again: number | undefined
  /** The tags of each event, and one that no event may have had. */
  readonly tags: ReadonlyArray<string>
  readonly unless: string | undefined
}

const names = ['a', 'b\n"\\', 'ä']

const part: fc.Arbitrary<Part> = fc.record({
  stream: fc.nat(4),
  expected: fc.oneof(
    { weight: 6, arbitrary: fc.nat(3) },
    { weight: 3, arbitrary: fc.constant<ExpectedVersion>('noStream') },
    { weight: 1, arbitrary: fc.constantFrom<ExpectedVersion>('any', 'streamExists') },
  ),
  events: fc.integer({ min: 1, max: 3 }),
  again: fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(5) }),
  tags: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.subarray(names) }),
  unless: fc.oneof(
    { weight: 3, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...names) },
  ),
})

const parts = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(part) },
  { weight: 1, arbitrary: fc.tuple(part, part).filter(([a, b]) => a.stream !== b.stream) },
)

const step = fc.record({ appends: fc.array(parts, { minLength: 1, maxLength: 6 }), deletes: fc.option(fc.nat(30)) })

const nextId = EventId.source({ now: Date.now, random: Math.random })
const newEvent = (): NewEvent => ({ id: nextId(), type: 'Happened', schemaVersion: 1, data: { n: 1 }, metadata: {} })

let programs = 0

/** The steps, with names and ids: the same for both stores. */
const written = (steps: ReadonlyArray<{ appends: ReadonlyArray<ReadonlyArray<Part>>; deletes: number | null }>) => {
  const program = programs++
  const nameOf = (n: number): StreamName => streamName(`thing-${program}.${n}`)
  const earlier: Array<ReadonlyArray<NewEvent>> = []
  return steps.map(({ appends, deletes }) => ({
    deletes: deletes === null ? undefined : nameOf(deletes),
    appends: appends.map((some) =>
      some.map(({ stream, expected, events, again, tags, unless }): Append => {
        const known = again === undefined ? undefined : earlier[again]
        const own = tags.map((name) => Tag.of(name, program))
        const made = () => (own.length === 0 ? newEvent() : { ...newEvent(), tags: own })
        const appended = known ?? Array.from({ length: events }, made)
        earlier.push(appended)
        const conditions = unless === undefined ? undefined : [{ query: [{ tags: [Tag.of(unless, program)] }] }]
        return { stream: nameOf(stream), expected, events: appended, ...(conditions && { conditions }) }
      }),
    ),
  }))
}

/** The results without positions drawn in vain, and without times. */
const played = async (store: PostgresStore, steps: ReturnType<typeof written>, after: number) => {
  const outcomes: Array<unknown> = []
  for (const { appends, deletes } of steps) {
    outcomes.push(...(await Promise.all(appends.map((some) => store.appendAll(some)()))))
    if (deletes !== undefined) outcomes.push(await store.deleteStream(deletes, 'any')())
  }
  const slice = await store.readLog({ after })()
  const events = slice._tag === 'Right' ? slice.right.events : []
  const places = new Map(events.map(({ position }, i) => [position, i]))
  const plain = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (key, inner) =>
        key === 'recordedAt' || key === 'history' || key === 'log'
          ? undefined
          : key === 'positions'
            ? inner.map((p: number) => places.get(p))
            : key === 'position' || key === 'settled'
              ? places.get(inner)
              : inner,
      ),
    )
  return {
    outcomes: plain(outcomes),
    events: events.map(({ stream, version, id, tags }) => ({ stream, version, id, tags })),
    end: slice._tag === 'Right' ? slice.right.position : after,
  }
}

it('appends have the same outcomes whether they are sent together or alone', async () => {
  let ends: readonly [number, number] = [0, 0]
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 4 }), async (steps) => {
      const program = written(steps)
      const one = await played(apart.store, program, ends[0])
      const other = await played(together.store, program, ends[1])
      ends = [one.end, other.end]
      expect(other.outcomes).toEqual(one.outcomes)
      expect(other.events).toEqual(one.events)
    }),
    { numRuns: 150 },
  )
})
