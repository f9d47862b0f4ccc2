import { either as E } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { format } from '../../internal/format.ts'
import { byPosition, readToEnd, whileRunning, yieldToOthers } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { type Call, Linearizable } from '../Linearizable.ts'
import type { CompleteStore } from '../StoreUnderTest.ts'
import type { LawContext } from './LawContext.ts'
import { emptyModel, type Model } from './model/Model.ts'
import { type Operation, type Outcome, run, shownOperation } from './model/Operation.ts'
import { type Concurrent, concurrentProgram, program } from './model/programs.ts'
import { step } from './model/step.ts'
import { law } from './storeLaw.ts'

const numbered = (operations: ReadonlyArray<Operation>): string =>
  operations.map((operation, i) => `\n  ${i + 1}. ${shownOperation(operation)}`).join('')

const shownConcurrent = ({ first, callers }: Concurrent): string =>
  [`first:${numbered(first)}`, ...callers.map((operations, i) => `caller ${i + 1}:${numbered(operations)}`)].join('\n')

/** Runs operations one after another; each must end as the model predicts. */
const expectAgreement = async (store: CompleteStore, operations: ReadonlyArray<Operation>): Promise<Model> => {
  let model = emptyModel
  for (const [i, operation] of operations.entries()) {
    const next = step(model, operation, await run(store, operation))
    if (E.isLeft(next)) return fail(`step ${i + 1}, ${shownOperation(operation)}: ${next.left}`)
    model = next.right
  }
  return model
}

/** Expects that the whole log and every stream are those of the model. */
const expectState = async ({ store, other }: LawContext, model: Model): Promise<void> => {
  const events = [...model.events].sort(byPosition)
  expectEqual((await readToEnd(store)).events, events, 'the log at the end')
  expectEqual((await readToEnd(other, { count: 3 })).events, events, 'the log at the end, in small pages')
  for (const stream of new Set(events.map((event) => event.stream))) {
    for (const ask of ['readStream', 'streamInfo'] as const) {
      const operation: Operation = ask === 'readStream' ? { ask, stream, options: {} } : { ask, stream }
      const ended = step(model, operation, await run(store, operation))
      if (E.isLeft(ended)) fail(`at the end, ${shownOperation(operation)}: ${ended.left}`)
    }
  }
}

type StoreCall = Call<Operation, Outcome>

/** Runs each caller beside the others, over both connections in turn. */
const callsOf = async ({ store, other }: LawContext, { callers }: Concurrent): Promise<ReadonlyArray<StoreCall>> => {
  let clock = 0
  const calls: Array<StoreCall> = []
  await Promise.all(
    callers.map(async (operations, i) => {
      for (const operation of operations) {
        const invoked = clock++
        const outcome = await run(i % 2 === 0 ? store : other, operation)
        calls.push({ operation, outcome, invoked, returned: clock++ })
      }
    }),
  )
  return calls
}

const shownCall = ({ operation, outcome, invoked, returned }: StoreCall): string =>
  `${shownOperation(operation)} (from ${invoked} to ${returned}) = ${format(outcome)}`

/**
 * Expects that the outcomes are those of the operations one at a time, in some order that the times of the calls allow.
 */
const expectLinearizable = (initial: Model, calls: ReadonlyArray<StoreCall>): Model => {
  // Outcomes contain versions and positions, so the stored state follows from the set of completed calls: every order
  // of them ends alike.
  const store = {
    initial,
    step: (model: Model, call: StoreCall) => step(model, call.operation, call.outcome),
    key: () => '',
  }
  const found = Linearizable.check(store)(calls)
  if (E.isRight(found)) return found.right.state
  const { linearized: before, stuck } = found.left
  return fail(
    [
      'no order of the calls explains how they ended; after',
      ...before.map((call) => `  ${shownCall(call)}`),
      'could come',
      ...stuck.map(({ call, why }) => `  ${shownCall(call)}\n    but ${why}`),
    ].join('\n'),
  )
}

/** Positions follow time: an event of a later operation is behind the events stored before it. */
const expectPositionsInTime = (calls: ReadonlyArray<StoreCall>): void => {
  const stored = calls.flatMap(({ operation, outcome, invoked, returned }) => {
    const isAppend = operation.ask === 'append' || operation.ask === 'appendAll'
    if (!isAppend || E.isLeft(outcome)) return []
    const results: ReadonlyArray<unknown> = Array.isArray(outcome.right) ? outcome.right : [outcome.right]
    const fresh = results.filter((result) => Reflect.get(Object(result), 'repeated') === false)
    const positions = fresh.flatMap((result) => Reflect.get(Object(result), 'positions') ?? []).map(Number)
    return positions.length === 0 ? [] : [{ positions, invoked, returned }]
  })
  for (const earlier of stored) {
    for (const later of stored.filter(({ invoked }) => invoked > earlier.returned)) {
      expectTrue(
        Math.min(...later.positions) > Math.max(...earlier.positions),
        `positions ${later.positions} were given after ${earlier.positions} had been`,
      )
    }
  }
}

type LogObservation = Awaited<ReturnType<typeof readToEnd>>

/** Follows the log from its beginning, again and again, until the others have finished. */
const observe = async (store: CompleteStore, isOver: () => boolean): Promise<ReadonlyArray<LogObservation>> => {
  const looks: Array<LogObservation> = []
  while (!isOver()) {
    looks.push(await readToEnd(store, { count: 4 }))
    await yieldToOthers()
  }
  return looks
}

/**
 * Expects that a reader has seen the final log, as far as the log was settled for it. That may be less in a later read
 * from the beginning: a delayed writer can become visible late, and still store its events behind the first head (see
 * `docs/floor-lock.md`).
 */
const expectSettled = (looks: ReadonlyArray<LogObservation>, { events }: Model): void => {
  const log = [...events].sort(byPosition)
  for (const { events: seen, head } of looks) {
    const settled = log.filter(({ position }) => position <= head)
    expectEqual(
      seen,
      settled,
      `the log up to position ${head}, as a reader saw it while others wrote, and as it is now`,
    )
  }
}

export const programs = groupOf('programs', [
  law('operations one after another end as in the model, at every step', async (subject) => {
    await forAll(
      program(subject.can),
      subject.runs(100),
      (operations) =>
        subject.withFresh(async (fresh) => expectState(fresh, await expectAgreement(fresh.store, operations))),
      numbered,
    )
  }),

  law(
    'concurrent operations end as in some order of them, and readers of the log see only events that stay',
    async (subject) => {
      const holdsFor = (concurrent: Concurrent) =>
        subject.withFresh(async (fresh) => {
          const before = await expectAgreement(fresh.store, concurrent.first)
          let calls: ReadonlyArray<StoreCall> = []
          const callers = async () => {
            calls = await callsOf(fresh, concurrent)
          }
          const looks = await whileRunning(callers(), (isOver) => observe(fresh.other, isOver))
          const model = expectLinearizable(before, calls)
          await expectState(fresh, model)
          expectPositionsInTime(calls)
          expectSettled(looks, model)
        })
      await forAll(concurrentProgram(subject.can), subject.runs(100), holdsFor, shownConcurrent)
    },
  ),
])
