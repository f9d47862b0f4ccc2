import type { Append, EventId, ExpectedVersion, NewEvent, StreamCheck, StreamName } from '@foldlog/core'
import fc from 'fast-check'
import { streamNamed } from '../../fixtures.ts'
import type { StoreCapability } from '../../StoreCapabilities.ts'
import type { Operation } from './Operation.ts'

type Can = (capability: StoreCapability) => boolean

/** The ids of a program, counted: they are easy to read. */
const idOf = (n: number): EventId => `0${String(n).padStart(25, '0')}` as EventId // Digits alone make a canonical ULID.

const streams = ['order-1', 'order-2', 'cart-1'].map(streamNamed)
const stream: fc.Arbitrary<StreamName> = fc.constantFrom(...streams)

const expected: fc.Arbitrary<ExpectedVersion> = fc.oneof(
  { arbitrary: fc.constant('any' as const), weight: 4 },
  { arbitrary: fc.constantFrom('noStream' as const, 'streamExists' as const), weight: 2 },
  { arbitrary: fc.nat(5), weight: 4 },
)

const check: fc.Arbitrary<StreamCheck> = fc.record({ stream, expected }, { noNullPrototype: true })

/** An event that is new (`undefined`), or has the id of an earlier one of the program. */
type Drawn = number | undefined

interface DrawnAppend extends Omit<Append, 'events'> {
  readonly events: ReadonlyArray<Drawn>
}

/** An operation whose events have no ids yet. `again` repeats an earlier append of the program. */
type Draft =
  | Exclude<Operation, { readonly ask: 'append' | 'appendAll' | 'findEvents' }>
  | { readonly ask: 'append' | 'appendAll'; readonly parts: ReadonlyArray<DrawnAppend> }
  | { readonly ask: 'findEvents'; readonly ids: ReadonlyArray<number> }
  | { readonly ask: 'again'; readonly back: number }

/** Gives the drafts their ids and events, in order. */
const finished = (drafts: ReadonlyArray<Draft>): ReadonlyArray<Operation> => {
  let used = 0
  const eventOf = (drawn: Drawn): NewEvent => {
    const n = drawn === undefined || used === 0 ? ++used : 1 + (drawn % used)
    const type = n % 2 === 0 ? 'Even' : 'Odd'
    return { id: idOf(n), type, schemaVersion: 1, data: { n }, metadata: n % 3 === 0 ? { correlationId: `c${n}` } : {} }
  }
  // An append, and all appends of a call together, may use an id once only, and a stream too.
  const distinct = (appends: ReadonlyArray<Append>): ReadonlyArray<Append> => {
    const seen = new Set<EventId>()
    const once = ({ id }: NewEvent) => !seen.has(id) && seen.add(id).has(id)
    const kept = appends
      .map((append) => ({ ...append, events: append.events.filter(once) }))
      .filter(({ events }) => events.length > 0)
    const used = new Set(kept.map((append) => append.stream))
    const unused = ({ stream: of }: StreamCheck) => !used.has(of) && used.add(of).has(of)
    return kept.map((append) => ({ ...append, checks: append.checks?.filter(unused) }))
  }
  const done: Array<Operation> = []
  for (const draft of drafts) {
    if (draft.ask === 'again') {
      const appends = done.filter(({ ask }) => ask === 'append' || ask === 'appendAll')
      const earlier = appends.at(-1 - (draft.back % Math.max(appends.length, 1)))
      if (earlier !== undefined) done.push(earlier)
    } else if (draft.ask === 'findEvents') {
      done.push({ ask: 'findEvents', ids: draft.ids.map(idOf) })
    } else if ('parts' in draft) {
      const appends = distinct(draft.parts.map((part) => ({ ...part, events: part.events.map(eventOf) })))
      const [append] = appends
      if (append !== undefined) {
        done.push(draft.ask === 'append' ? { ask: 'append', append } : { ask: 'appendAll', appends })
      }
    } else done.push(draft)
  }
  return done
}

const part = (can: Can): fc.Arbitrary<DrawnAppend> =>
  fc.record(
    {
      stream,
      expected,
      events: fc.array(
        can('idempotence')
          ? fc.oneof({ arbitrary: fc.constant(undefined), weight: 12 }, { arbitrary: fc.nat(9), weight: 1 })
          : fc.constant(undefined),
        { minLength: 1, maxLength: 3 },
      ),
      ...(can('checks') ? { checks: fc.option(fc.array(check, { maxLength: 2 }), { freq: 2, nil: undefined }) } : {}),
    },
    { noNullPrototype: true },
  )

const tagged = <A extends string, R extends object>(ask: A, rest: fc.Arbitrary<R>) => rest.map((of) => ({ ask, ...of }))

const bounds = fc.record(
  {
    from: fc.nat(8),
    count: fc.integer({ min: 1, max: 6 }),
    direction: fc.constantFrom('forward' as const, 'backward' as const),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const filter = fc.record(
  {
    categories: fc.constantFrom(['order'], ['cart'], ['order', 'cart']),
    streams: fc.uniqueArray(stream, { minLength: 1, maxLength: 2 }),
    streamPrefix: fc.constantFrom('order-', 'c', 'order-1'),
    types: fc.constantFrom(['Even'], ['Odd']),
  },
  { requiredKeys: [], noNullPrototype: true },
)

const logBounds = (can: Can) =>
  fc.record(
    { after: fc.nat(12), count: fc.integer({ min: 1, max: 8 }), ...(can('filters') ? { filter } : {}) },
    { requiredKeys: [], noNullPrototype: true },
  )

/** The weight of a draft among the others, and the functions of a store that it needs. */
type Kind = readonly [needs: StoreCapability | undefined, weight: number, arbitrary: fc.Arbitrary<Draft>]

const oneOf = (can: Can, kinds: ReadonlyArray<Kind>): fc.Arbitrary<Draft> =>
  fc.oneof(
    ...kinds
      .filter(([needs]) => needs === undefined || can(needs))
      .map(([, weight, arbitrary]) => ({ weight, arbitrary })),
  )

/** The operations whose answers come from one moment, also while others write. */
const atomic = (can: Can): ReadonlyArray<Kind> => {
  const one = fc.tuple(part(can))
  const several = fc.uniqueArray(part(can), { minLength: 1, maxLength: 3, selector: ({ stream: of }) => of })
  const ids = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 })
  return [
    [undefined, 8, tagged('append', fc.record({ parts: one }))],
    [undefined, 3, tagged('readStream', fc.record({ stream, options: bounds }))],
    [undefined, 1, tagged('streamInfo', fc.record({ stream }))],
    ['appendAll', 3, tagged('appendAll', fc.record({ parts: several }))],
    ['idempotence', 2, tagged('again', fc.record({ back: fc.nat(3) }))],
    ['deleteStream', 1, tagged('deleteStream', fc.record({ stream, expected }))],
    ['findEvents', 1, tagged('findEvents', fc.record({ ids }))],
  ]
}

const schemaVersion = fc.constantFrom(1, 1, 1, 2)

const snapshot = fc.record(
  { stream, version: fc.integer({ min: 1, max: 4 }), schemaVersion, state: fc.nat(3) },
  { noNullPrototype: true },
)

/** The operations that may lag while others write: the log returns settled events, and snapshots are a cache. */
const lagging = (can: Can): ReadonlyArray<Kind> => [
  [undefined, 3, tagged('readLog', fc.record({ options: logBounds(can) }))],
  ['snapshots', 3, tagged('saveSnapshot', fc.record({ snapshot }))],
  [
    'snapshots',
    2,
    tagged('readFromSnapshot', fc.record({ stream, schemaVersion, count: fc.integer({ min: 1, max: 4 }) })),
  ],
]

/** Operations one after another. */
export const program = (can: Can): fc.Arbitrary<ReadonlyArray<Operation>> =>
  fc.array(oneOf(can, [...atomic(can), ...lagging(can)]), { minLength: 1, maxLength: 30, size: 'max' }).map(finished)

/** Operations that come first, and then several callers at once, each with its operations one after another. */
export interface Concurrent {
  readonly first: ReadonlyArray<Operation>
  readonly callers: ReadonlyArray<ReadonlyArray<Operation>>
}

export const concurrentProgram = (can: Can): fc.Arbitrary<Concurrent> => {
  const draft = oneOf(can, atomic(can))
  return fc
    .tuple(
      fc.array(draft, { maxLength: 4 }),
      fc.array(fc.array(draft, { minLength: 1, maxLength: 5, size: 'max' }), { minLength: 2, maxLength: 4 }),
    )
    .map(([first, callers]) => {
      // The drafts are completed together, so that callers use each other's ids and repeat each other's appends.
      const places = [first, ...callers].flatMap((drafts, caller) => drafts.map((one) => ({ caller, one })))
      const parts: Array<Array<Operation>> = [first, ...callers].map(() => [])
      const drafts = places.map(({ one }) => one)
      for (const [i, { caller }] of places.entries()) {
        // A prefix of drafts is completed as it is within the whole. The next draft adds one operation, or none.
        const operations = finished(drafts.slice(0, i + 1))
        if (operations.length > finished(drafts.slice(0, i)).length) parts[caller]?.push(...operations.slice(-1))
      }
      return { first: parts[0] ?? [], callers: parts.slice(1) }
    })
}
