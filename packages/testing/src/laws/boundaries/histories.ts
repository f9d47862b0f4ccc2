import {
  type AppendError,
  type Appended,
  ExpectedVersion as Expected,
  type ExpectedVersion,
  type Query,
} from '@foldlog/core'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { fail } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { format } from '../../internal/format.ts'
import { freshId } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { type Call, Linearizable } from '../Linearizable.ts'
import type { LawContext } from '../store/LawContext.ts'
import { law } from '../store/storeLaw.ts'
import { eventOf, type Kind, kinds, meets, queries, readAll } from './fixtures.ts'

// Appends to streams, conditional appends and reads by queries, at once: they must end as in some order of them. The
// state is the events so far; a condition is described by the ids that its marker has seen.

type Stored = Required<Kind> & { readonly id: string }

/** `conditional`: the append has the condition that nothing has appeared since the caller's last read of the query. */
interface Draft {
  readonly query: Query
  readonly append: (Required<Kind> & { readonly expected: ExpectedVersion; readonly conditional: boolean }) | undefined
}

const drafts: fc.Arbitrary<Draft> = fc.record(
  {
    query: queries,
    append: fc.option(
      fc
        .tuple(
          kinds,
          fc.oneof({ arbitrary: fc.constant('any' as const), weight: 4 }, { arbitrary: fc.nat(3), weight: 1 }),
          fc.boolean(),
        )
        .map(([kind, expected, conditional]) => ({ ...kind, expected, conditional })),
      { nil: undefined, freq: 4 },
    ),
  },
  { noNullPrototype: true },
)

type Operation =
  | { readonly ask: 'read'; readonly query: Query }
  | {
      readonly ask: 'append'
      readonly event: Stored
      readonly expected: ExpectedVersion
      readonly condition: { readonly query: Query; readonly seen: ReadonlyArray<string> } | undefined
    }

type Outcome = ReadonlyArray<string> | 'stored' | 'conflict' | 'changed'

type BoundaryCall = Call<Operation, Outcome>

const idsOf = (events: ReadonlyArray<{ readonly id: string }>): ReadonlyArray<string> =>
  events.map(({ id }) => id).sort()

const nameOf = (outcome: E.Either<AppendError, Appended>): Outcome => {
  if (E.isRight(outcome)) return 'stored'
  if (outcome.left._tag === 'VersionConflict') return 'conflict'
  return outcome.left._tag === 'BoundaryChanged' ? 'changed' : fail(`an append ended with ${format(outcome.left)}`)
}

/** How an append ends after these events. Versions come before conditions. */
const endOf = (events: ReadonlyArray<Stored>, operation: Extract<Operation, { readonly ask: 'append' }>): Outcome => {
  const { event, expected, condition } = operation
  const version = events.filter(({ stream }) => stream === event.stream).length
  if (!Expected.accepts(expected, version)) return 'conflict'
  if (condition === undefined) return 'stored'
  const seen = new Set(condition.seen)
  return events.filter(meets(condition.query)).some(({ id }) => !seen.has(id)) ? 'changed' : 'stored'
}

const step = (
  events: ReadonlyArray<Stored>,
  { operation, outcome }: BoundaryCall,
): E.Either<string, ReadonlyArray<Stored>> => {
  const expected = operation.ask === 'read' ? idsOf(events.filter(meets(operation.query))) : endOf(events, operation)
  if (format(expected) !== format(outcome)) return E.left(`it ends with ${format(expected)} there`)
  return E.right(operation.ask === 'append' && outcome === 'stored' ? [...events, operation.event] : events)
}

const callsOf = async ({ store, other }: LawContext, plan: ReadonlyArray<ReadonlyArray<Draft>>) => {
  let clock = 0
  const calls: Array<BoundaryCall> = []
  const call = async (operation: Operation, run: () => Promise<Outcome>) => {
    const invoked = clock++
    const outcome = await run()
    calls.push({ operation, outcome, invoked, returned: clock++ })
  }
  await Promise.all(
    plan.map(async (ofCaller, i) => {
      const through = i % 2 === 0 ? store : other
      for (const { query, append } of ofCaller) {
        let page: Awaited<ReturnType<typeof readAll>> | undefined
        await call({ ask: 'read', query }, async () => {
          page = await readAll(through, query)
          return idsOf(page.events)
        })
        if (append === undefined) continue
        const { expected, conditional, stream, ...kind } = append
        const event = { ...eventOf(kind), id: freshId() }
        const condition = conditional ? { query, seen: idsOf(page?.events ?? []) } : undefined
        await call({ ask: 'append', event: { ...append, id: event.id }, expected, condition }, async () => {
          const conditions = conditional ? { conditions: [{ query, marker: page?.marker }] } : undefined
          return nameOf(await through.append({ stream, expected, events: [event], ...conditions })())
        })
      }
    }),
  )
  return calls
}

const shown = (call: BoundaryCall): string => `${format(call)}`

export const histories = groupOf(
  'histories of boundaries',
  [
    law(
      'concurrent appends to streams, conditional appends and reads end as in some order of them',
      async (subject) => {
        await forAll(
          fc.array(fc.array(drafts, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
          subject.runs(60),
          (plan) =>
            subject.withFresh(async (fresh) => {
              const calls = await callsOf(fresh, plan)
              // The outcomes do not depend on the order of the events, only on which there are.
              const spec = { initial: [] as ReadonlyArray<Stored>, step, key: () => '' }
              const found = Linearizable.check(spec)(calls)
              if (E.isRight(found)) return
              const { linearized, stuck } = found.left
              fail(
                [
                  'no order of the calls explains how they ended; after',
                  ...linearized.map(shown),
                  'could come',
                  ...stuck.map(({ call, why }) => `${shown(call)} but ${why}`),
                ].join('\n'),
              )
            }),
        )
      },
    ),
  ],
  'conditions',
)
