import { fc } from '@fast-check/jest'
import type { CommandOf } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { afterEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import {
  isRefuted,
  type LogOfThree,
  type StoreKind,
  type StoreOfBoundaries,
  threeWithFaults,
} from './boundaryStores.ts'
import { type CallFault, callFaults, waitTurns } from './callFaults.ts'
import { type CourseCommand, leave, mostCourses, places, subscribe, subscriptions } from './courses.ts'

/** What a dispatcher of boundaries does on any store that has them. */
export const describeBoundaries = (kind: StoreKind, numRuns: number): void => {
  let log: LogOfThree | undefined
  afterEach(async () => {
    await log?.close()
    log = undefined
  })

  const started = async () => {
    log = await kind.open()
    const [first, second] = log.stores
    const calls: Array<string> = []
    const recorded = (name: 'append' | 'appendAll' | 'readMatching' | 'findEvents') => ({
      [name]:
        (...args: ReadonlyArray<never>) =>
        () => {
          calls.push(name)
          // Each function gets its own arguments.
          return (first[name] as unknown as (...args: ReadonlyArray<never>) => () => Promise<never>)(...args)()
        },
    })
    const store = {
      ...first,
      ...recorded('append'),
      ...recorded('appendAll'),
      ...recorded('readMatching'),
      ...recorded('findEvents'),
    } as StoreOfBoundaries
    const options = { aggregates: [], decisions: [subscriptions] } as const
    const clear = () => void calls.splice(0)
    const own = makeDispatcher({ ...options, store })
    return { ...own, other: makeDispatcher({ ...options, store: second }), first, calls, clear }
  }

  describe(`round trips of a boundary ${kind.name}`, () => {
    it('one read when cold, none when cached', async () => {
      const { dispatch, calls, clear } = await started()
      expect(await dispatch(subscribe('ada', 'c1'))()).toMatchObject({
        right: { duplicate: false, streams: [{ stream: 'subscription-c1-ada', version: 1 }] },
      })
      expect(calls).toEqual(['readMatching', 'append'])
      clear()
      await dispatch(leave('ada', 'c1'))()
      await dispatch(subscribe('ada', 'c1'))()
      expect(calls).toEqual(['append', 'append'])
    })

    it('after a conflict, the refused append returns what has changed, and nothing is read', async () => {
      const { dispatch, other, calls, clear, first } = await started()
      await dispatch(subscribe('ada', 'c1'))()
      for (const student of ['bob', 'eve']) await other.dispatch(subscribe(student, 'c1'))()
      await dispatch(leave('ada', 'c1'))()
      await other.dispatch(subscribe('dan', 'c1'))()
      clear()
      // Three are there now, and the cache knows of two.
      expect(await dispatch(subscribe('ada', 'c1'))()).toEqual(E.left('full'))
      expect(calls).toEqual(['append'])
      await other.dispatch(leave('bob', 'c1'))()
      await other.dispatch(leave('eve', 'c1'))()
      clear()
      expect(await dispatch(subscribe('ada', 'c1'))()).toMatchObject({ _tag: 'Right' })
      expect(calls).toEqual(['readMatching', 'append'])
      await dispatch(leave('ada', 'c1'))()
      await other.dispatch(subscribe('bob', 'c1'))()
      clear()
      // There is still room.
      expect(await dispatch(subscribe('ada', 'c1'))()).toMatchObject({ _tag: 'Right' })
      expect(calls).toEqual(['append', 'append'])
      const read = await first.readLog()()
      expect(E.isRight(read) && read.right.events.at(-1)?.tags).toEqual(['course:c1', 'student:ada'])
    })

    it('commands that wait for one boundary are appended together', async () => {
      const { dispatch, calls } = await started()
      const all = await Promise.all(['a', 'b', 'c', 'd'].map((student) => dispatch(subscribe(student, 'c1'))()))
      expect(all.map((one) => one._tag)).toEqual(['Right', 'Right', 'Right', 'Left'])
      expect(calls.filter((name) => name.startsWith('append'))).toEqual(['appendAll'])
    })
  })

  describe(`a command id of a boundary ${kind.name}`, () => {
    it('gives the first result, also in another dispatcher, and when the command is refused now', async () => {
      const { dispatch, other } = await started()
      const first = await dispatch(subscribe('ada', 'c1'), { commandId: 'once' })()
      const again = E.map((result: object) => ({ ...result, duplicate: true }))(first)
      expect(await other.dispatch(subscribe('ada', 'c1'), { commandId: 'once' })()).toEqual(again)
      await dispatch(leave('ada', 'c1'))()
      expect(await other.dispatch(subscribe('ada', 'c1'), { commandId: 'once' })()).toEqual(again)
    })

    it('takes no expected version', async () => {
      const { dispatch } = await started()
      expect(await dispatch(subscribe('a', 'c'), { expected: 0 })()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    })
  })

  describe(`three dispatchers of one boundary on a store with faults, ${kind.name}`, () => {
    it('never break its rules, and answer what is stored', async () => {
      log = await kind.open()
      const { stores } = log
      await fc.assert(
        isSequential(stores, (store) => store),
        { numRuns },
      )
    })
  })
}

interface SentCommand {
  readonly to: number
  readonly command: CommandOf<typeof CourseCommand>
  readonly turns: number
}

const pair = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('c1', 'c2', 'c3'))
const sent = fc.record<SentCommand>({
  to: fc.nat(2),
  command: fc.oneof(
    { weight: 3, arbitrary: pair.map(([student, course]) => subscribe(student, course)) },
    { weight: 1, arbitrary: pair.map(([student, course]) => leave(student, course)) },
  ),
  turns: fc.nat(6),
})

const histories = [
  fc.array(sent, { minLength: 1, maxLength: 25 }),
  fc.array(callFaults(6), { minLength: 1, maxLength: 80 }),
] as const

/**
 * What is wrong, `undefined` when nothing: the log must be the sequential fold of its commands. Runs on one log have
 * courses, students and command ids of their own, named by `run`.
 */
const problemOf = async (
  stores: LogOfThree['stores'],
  run: string,
  sentCommands: ReadonlyArray<SentCommand>,
  days: ReadonlyArray<CallFault>,
  around: (store: StoreOfBoundaries) => StoreOfBoundaries,
): Promise<string | undefined> => {
  const [first] = stores
  const before = await first.lastMatching([{}])()
  if (E.isLeft(before)) return 'no last event'
  const after = before.right.event._tag === 'Some' ? before.right.event.value.position : 0
  const dispatchers = threeWithFaults(stores, days).map((store) =>
    makeDispatcher({ store: around(store), aggregates: [], decisions: [subscriptions] }),
  )
  const own = ({ type, data: { course, student } }: SentCommand['command']) => ({
    type,
    data: { course: `${course}/${run}`, student: `${student}/${run}` },
  })
  const outcomes = await Promise.all(
    sentCommands.map(async ({ to, command, turns }, i) => {
      await waitTurns(turns)
      for (let tries = 0; ; tries++) {
        const outcome = await dispatchers[(to + tries) % 3]?.dispatch(own(command), { commandId: `${run}/${i}` })()
        if (outcome !== undefined && (E.isRight(outcome) || typeof outcome.left === 'string')) return E.isRight(outcome)
      }
    }),
  )
  const log = await first.readLog({ after })()
  if (E.isLeft(log)) return 'no log'
  const { events } = log.right
  const stored = new Set(events.map(({ metadata }) => metadata.causationId))
  if (stored.size !== events.length) return 'a command is stored twice'
  if (outcomes.some((done, i) => done !== stored.has(`${run}/${i}`))) return 'an answer is wrong'
  const now = new Set<string>()
  for (const { type, data } of events) {
    // Written by the boundary.
    const { course, student } = data as { readonly course: string; readonly student: string }
    const both = `${course} ${student}`
    if (now.has(both) === (type === 'Subscribed')) return `${both} ${type}`
    if (type === 'Subscribed') now.add(both)
    else now.delete(both)
    if ([...now].filter((one) => one.startsWith(`${course} `)).length > places) return `${course} has too many`
    if ([...now].filter((one) => one.endsWith(` ${student}`)).length > mostCourses) return `${student} has too many`
  }
  return undefined
}

/** That the log is the sequential fold of every history, on stores with `around` around them. */
const isSequential = (stores: LogOfThree['stores'], around: (store: StoreOfBoundaries) => StoreOfBoundaries) => {
  let runs = 0
  return fc.asyncProperty(...histories, async (all, days) => {
    expect(await problemOf(stores, `${runs++}`, all, days, around)).toBeUndefined()
  })
}

/** Whether a history is found that shows the fault of a store. */
export const findsFault = (
  kind: StoreKind,
  around: (store: StoreOfBoundaries) => StoreOfBoundaries,
  numRuns: number,
): Promise<boolean> => isRefuted(kind, (stores) => isSequential(stores, around), { numRuns, seed: 3 })
