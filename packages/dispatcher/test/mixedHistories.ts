import { fc } from '@fast-check/jest'
import { EventCodec } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { expect } from '@jest/globals'
import { either as E } from 'fp-ts'
import {
  isRefuted,
  type LogOfThree,
  type StoreKind,
  type StoreOfBoundaries,
  threeWithFaults,
} from './boundaryStores.ts'
import { type CallFault, callFaults, waitTurns } from './callFaults.ts'
import {
  attendance,
  course,
  decideSchool,
  evolveSchool,
  merge,
  type School,
  type SchoolCommand,
  SchoolEvent,
} from './school.ts'

interface SentCommand {
  readonly to: number
  readonly command: SchoolCommand
  readonly turns: number
}

const courses = fc.constantFrom('x', 'y')
const both = fc.record({ course: courses, student: fc.constantFrom('a', 'b', 'c') }, { noNullPrototype: true })
const alone = fc.record({ course: courses }, { noNullPrototype: true })
const merging = fc.constantFrom({ from: 'x', into: 'y' }, { from: 'y', into: 'x' })

const command: fc.Arbitrary<SchoolCommand> = fc.oneof(
  { weight: 5, arbitrary: both.map((data) => ({ type: 'Subscribe' as const, data })) },
  { weight: 4, arbitrary: both.map((data) => ({ type: 'Leave' as const, data })) },
  { weight: 3, arbitrary: alone.map((data) => ({ type: 'Close' as const, data })) },
  { weight: 3, arbitrary: alone.map((data) => ({ type: 'Reopen' as const, data })) },
  { weight: 2, arbitrary: merging.map((data) => ({ type: 'Merge' as const, data })) },
)

const sent = fc.record<SentCommand>({ to: fc.nat(2), command, turns: fc.nat(6) })

const histories = [
  fc.array(sent, { minLength: 1, maxLength: 30 }),
  fc.array(callFaults(6), { minLength: 1, maxLength: 80 }),
] as const

/**
 * A command with its answer. Everything up to `from` was stored before the call, nothing after `to` before the answer.
 */
interface Answer {
  readonly id: string
  readonly command: SchoolCommand
  readonly outcome: E.Either<unknown, unknown>
  readonly from: number
  readonly to: number
}

/** What one command has stored, at its first position. */
interface Step {
  readonly position: number
  readonly events: ReadonlyArray<SchoolEvent>
}

/** A command of a run: runs on one log have courses and students of their own. */
const ownOf = (run: string, { type, data }: SchoolCommand): SchoolCommand =>
  ({ type, data: Object.fromEntries(Object.entries(data).map(([key, id]) => [key, `${id}.${run}`])) }) as SchoolCommand

const fold = (steps: ReadonlyArray<Step>): School =>
  steps.reduce<School>((school, { events }) => events.reduce(evolveSchool, school), new Map())

/** More sets than a machine should look at are none that a test needs: such a window is not narrow. */
const widest = 12

/**
 * Whether a refusal was true at a moment between call and answer. What was settled before the call was seen, and what
 * is behind the last event at the answer was not. In between, transactions become visible in any order: each of them
 * may have been visible or not. (Those of one stream become visible in order; the model may see fewer of them, never
 * others.)
 */
const wasTrue = (steps: ReadonlyArray<Step>, { command, outcome, from, to }: Answer): boolean => {
  const before = steps.filter(({ position }) => position <= from)
  const window = steps.filter(({ position }) => position > from && position <= to)
  const refuses = (seen: ReadonlyArray<Step>): boolean => {
    const verdict = decideSchool(command, fold(seen))
    return E.isLeft(verdict) && E.isLeft(outcome) && verdict.left === outcome.left
  }
  if (window.some((_, i) => refuses([...before, ...window.slice(0, i)])) || refuses([...before, ...window])) return true
  if (window.length > widest) throw new Error(`${window.length} commands between a call and its answer`)
  return Array.from({ length: 2 ** window.length }, (_, set) => window.filter((_, i) => (set >> i) & 1)).some((seen) =>
    refuses([...before, ...seen]),
  )
}

/** What is wrong with the answers, given the log: `undefined` when a sequence of the commands explains all of them. */
const explain = async (
  store: StoreOfBoundaries,
  after: number,
  answers: ReadonlyArray<Answer>,
): Promise<string | undefined> => {
  const log = await store.readLog({ after })()
  if (E.isLeft(log)) return 'the log cannot be read'
  const decoded = EventCodec.decodeAll(SchoolEvent)(log.right.events)
  if (E.isLeft(decoded)) return 'an event cannot be decoded'
  const byId = new Map(answers.map((answer) => [answer.id, answer]))
  const steps = new Map<string, Step>()
  for (const { event, position, metadata } of decoded.right) {
    const id = metadata.causationId ?? ''
    const answer = byId.get(id)
    // No command of this domain stores more than one event.
    if (answer === undefined || steps.has(id)) return `${id} is stored in two places`
    const decided = decideSchool(answer.command, fold([...steps.values()]))
    if (JSON.stringify(decided) !== JSON.stringify(E.right([event])))
      return `${id} is stored at ${position}, and decides ${JSON.stringify(decided)} there`
    steps.set(id, { position, events: [event] })
  }
  for (const answer of answers) {
    const { id, outcome } = answer
    if (E.isRight(outcome) !== steps.has(id)) return `${id} is ${JSON.stringify(outcome)}, and is it stored?`
    if (E.isLeft(outcome) && !wasTrue([...steps.values()], answer))
      return `${id} was refused with ${JSON.stringify(outcome.left)}, and at no moment it is so`
  }
  return undefined
}

const problemOf = async (
  stores: LogOfThree['stores'],
  run: string,
  sentCommands: ReadonlyArray<SentCommand>,
  days: ReadonlyArray<CallFault>,
  around: (store: StoreOfBoundaries) => StoreOfBoundaries,
): Promise<string | undefined> => {
  const [first] = stores
  const dispatchers = threeWithFaults(stores, days).map((store) =>
    makeDispatcher({ store: around(store), aggregates: [course], decisions: [merge, attendance] }),
  )
  const settled = async (): Promise<number> => {
    const page = await first.readLog({ after: start })()
    if (E.isLeft(page)) throw new Error(page.left._tag)
    return page.right.position
  }
  const lastVisible = async (): Promise<number> => {
    const last = await first.lastMatching([{}])()
    if (E.isLeft(last)) throw new Error(last.left._tag)
    return last.right.event._tag === 'Some' ? last.right.event.value.position : 0
  }
  const start = await lastVisible()
  const send = async (one: SentCommand, i: number): Promise<Answer> => {
    await waitTurns(one.turns)
    const id = `${run}/${i}`
    const own = ownOf(run, one.command)
    const from = await settled()
    for (let tries = 0; ; tries++) {
      const outcome = await dispatchers[(one.to + tries) % 3]?.dispatch(own, { commandId: id })()
      if (outcome === undefined) throw new Error('there are three')
      // An error that is no refusal: sent again, elsewhere.
      if (E.isLeft(outcome) && typeof outcome.left === 'object') continue
      return { id, command: own, outcome, from, to: await lastVisible() }
    }
  }
  return explain(first, start, await Promise.all(sentCommands.map(send)))
}

/** That a sequence of the commands explains every history, on stores with `around` around them. */
const isExplained = (stores: LogOfThree['stores'], around: (store: StoreOfBoundaries) => StoreOfBoundaries) => {
  let runs = 0
  return fc.asyncProperty(...histories, async (sentCommands, days) => {
    expect(await problemOf(stores, `${runs++}`, sentCommands, days, around)).toBeUndefined()
  })
}

/**
 * Histories of commands to streams, to several streams and to boundaries, sent to three dispatchers under faults.
 * Rejects with the smallest history that no sequence of its commands explains.
 */
export const checkMixed = async (kind: StoreKind, numRuns: number): Promise<void> => {
  const { stores, close } = await kind.open()
  await fc
    .assert(
      isExplained(stores, (store) => store),
      { numRuns },
    )
    .finally(close)
}

/** Whether a history is found that shows the fault of a store. */
export const findsMixed = (
  kind: StoreKind,
  around: (store: StoreOfBoundaries) => StoreOfBoundaries,
  numRuns: number,
): Promise<boolean> => isRefuted(kind, (stores) => isExplained(stores, around), { numRuns, seed: 5 })
