import { type Json, type Query, Tag } from '@foldlog/core'
import fc from 'fast-check'
import { fail } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { freshStream, newEvent, readWholeLog } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from '../store/LawContext.ts'
import { law } from '../store/storeLaw.ts'
import { isStored, meets, readAll } from './fixtures.ts'

// The oracle: every event stores its query, and the matching events that it saw: their number, and the position of the
// last. Afterwards each is compared with the log. What was stored before it and meets its query must be what it saw.

const values = ['1', '2']
const tags = ['a', 'b'].flatMap((name) => values.map((value) => Tag.of(name, value)))

/** An event that a writer appends, and the query on which it decides to. */
interface Decision {
  readonly type: string
  readonly tags: ReadonlyArray<Tag>
  readonly query: Query
  /** It appends without a read: the condition is that nothing meets the query. */
  readonly claims: boolean
}

const decisions: fc.Arbitrary<Decision> = fc.record(
  {
    type: fc.constantFrom('X', 'Y'),
    tags: fc.subarray(tags, { maxLength: 2 }),
    query: fc.array(
      fc.record(
        { types: fc.subarray(['X', 'Y'], { maxLength: 1 }), tags: fc.subarray(tags, { maxLength: 2 }) },
        { noNullPrototype: true },
      ),
      { minLength: 1, maxLength: 2 },
    ),
    claims: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  },
  { noNullPrototype: true },
)

const plans = fc.array(fc.array(decisions, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 })

/** What an event has seen. The query is stored with it as JSON. */
interface Seen {
  readonly query: Query
  readonly count: number
  readonly last: number
}

const decide = async ({ store, other }: LawContext, writer: number, { claims, query, ...kind }: Decision) => {
  const through = writer % 2 === 0 ? store : other
  // Others go on meanwhile, so it ends: of those that refuse each other one is stored.
  for (let attempt = 0; attempt < 50; attempt++) {
    const page = claims ? undefined : await readAll(through, query)
    const seen: Seen = { query, count: page?.events.length ?? 0, last: page?.events.at(-1)?.position ?? 0 }
    // A query is made of texts and lists.
    const event = { ...newEvent(seen as unknown as Json, kind.type), tags: kind.tags }
    const append = { stream: freshStream(), expected: 'any', events: [event] } as const
    const outcome = await through.append({ ...append, conditions: [{ query, marker: page?.marker }] })()
    if (isStored(outcome, 'an append of the oracle') || claims) return
  }
}

/** Compares every event with the log: what it must have seen, and what it saw. */
const expectSeen = async ({ store }: LawContext): Promise<void> => {
  const log = await readWholeLog(store)
  for (const event of log) {
    const { query, count, last } = event.data as unknown as Seen // Written above.
    const before = log.filter((one) => one.position < event.position).filter(meets(query))
    const expected = before.at(-1)?.position ?? 0
    if (before.length !== count || expected !== last) {
      fail(
        `the event at ${event.position} was decided on ${count} events that meet its query, the last at ${last}; before it there are ${before.length}, the last at ${expected}`,
      )
    }
  }
}

const shown = (plan: ReadonlyArray<ReadonlyArray<Decision>>): string =>
  plan
    .flatMap((decided, writer) =>
      decided.map(
        ({ type, tags: ofEvent, query, claims }) =>
          `writer ${writer + 1}: ${type} [${ofEvent}] ${claims ? 'if nothing meets' : 'decided on'} ${JSON.stringify(query)}`,
      ),
    )
    .join('\n')

export const oracle = groupOf(
  'the oracle',
  [
    law('every event was decided on exactly what is before it in the log', async (subject) => {
      await forAll(
        plans,
        subject.runs(100),
        (plan) =>
          subject.withFresh(async (fresh) => {
            await Promise.all(
              plan.map(async (decided, writer) => {
                for (const one of decided) await decide(fresh, writer, one)
              }),
            )
            await expectSeen(fresh)
          }),
        shown,
      )
    }),

    law('20 writers of random queries, each decided on what is before it', async (subject) => {
      const plan = fc.sample(fc.array(decisions, { minLength: 8, maxLength: 8 }), { numRuns: 20, seed: 7 })
      await Promise.all(
        plan.map(async (decided, writer) => {
          for (const one of decided) await decide(subject, writer, one)
        }),
      )
      await expectSeen(subject)
    }),
  ],
  'conditions',
)
