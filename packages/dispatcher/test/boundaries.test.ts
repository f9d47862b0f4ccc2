import { fc, test } from '@fast-check/jest'
import type { CommandOf, EventStore } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type CallFault, callFaults, waitTurns, withFaults } from './callFaults.ts'
import { type CourseCommand, leave, mostCourses, places, subscribe, subscriptions } from './courses.ts'

const started = () => {
  const memory = makeMemoryStore()
  const calls: Array<string> = []
  const recorded = (name: 'append' | 'appendAll' | 'readMatching' | 'findEvents') => ({
    [name]:
      (...args: ReadonlyArray<never>) =>
      () => {
        calls.push(name)
        // Each function gets its own arguments.
        return (memory[name] as unknown as (...args: ReadonlyArray<never>) => () => Promise<never>)(...args)()
      },
  })
  const store = {
    ...memory,
    ...recorded('append'),
    ...recorded('appendAll'),
    ...recorded('readMatching'),
    ...recorded('findEvents'),
  } as typeof memory
  const options = { aggregates: [], decisions: [subscriptions] } as const
  const clear = () => void calls.splice(0)
  return {
    ...makeDispatcher({ ...options, store }),
    other: makeDispatcher({ ...options, store: memory }),
    memory,
    calls,
    clear,
  }
}

describe('round trips of a boundary', () => {
  it('one read when cold, none when cached', async () => {
    const { dispatch, calls, clear } = started()
    expect(await dispatch(subscribe('ada', 'c1'))()).toMatchObject({
      right: { duplicate: false, streams: [{ stream: 'subscription-c1-ada', version: 1 }] },
    })
    expect(calls).toEqual(['readMatching', 'append'])
    clear()
    await dispatch(leave('ada', 'c1'))()
    await dispatch(subscribe('ada', 'c1'))()
    expect(calls).toEqual(['append', 'append'])
  })

  it('two after a conflict: the refused append returns what has changed', async () => {
    const { dispatch, other, calls, clear, memory } = started()
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
    const log = await memory.readLog()()
    expect(E.isRight(log) && log.right.events.at(-1)?.tags).toEqual(['course:c1', 'student:ada'])
  })

  it('commands that wait for one boundary are appended together', async () => {
    const { dispatch, calls } = started()
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((student) => dispatch(subscribe(student, 'c1'))()))
    expect(all.map((one) => one._tag)).toEqual(['Right', 'Right', 'Right', 'Left'])
    expect(calls.filter((name) => name.startsWith('append'))).toEqual(['appendAll'])
  })
})

describe('a command id of a boundary', () => {
  it('gives the first result, also in another dispatcher, and when the command is refused now', async () => {
    const { dispatch, other } = started()
    const first = await dispatch(subscribe('ada', 'c1'), { commandId: 'once' })()
    const again = E.map((result: object) => ({ ...result, duplicate: true }))(first)
    expect(await other.dispatch(subscribe('ada', 'c1'), { commandId: 'once' })()).toEqual(again)
    await dispatch(leave('ada', 'c1'))()
    expect(await other.dispatch(subscribe('ada', 'c1'), { commandId: 'once' })()).toEqual(again)
  })
})

describe('a boundary', () => {
  it('needs a store that looks at conditions', () => {
    const { features: _, ...store } = makeMemoryStore()
    expect(() => makeDispatcher({ store, aggregates: [], decisions: [subscriptions] })).toThrow('conditions')
  })

  it('takes no expected version', async () => {
    const { dispatch } = started()
    expect(await dispatch(subscribe('a', 'c'), { expected: 0 })()).toMatchObject({ left: { _tag: 'InvalidInput' } })
  })
})

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

/** What is wrong, `undefined` when nothing: the log must be the sequential fold of its commands. */
const run = async (
  sentCommands: ReadonlyArray<SentCommand>,
  days: ReadonlyArray<CallFault>,
  around: (store: EventStore) => object = () => ({}),
): Promise<string | undefined> => {
  const memory = makeMemoryStore()
  const under = withFaults(days)
  const store = {
    ...memory,
    append: (append: Parameters<typeof memory.append>[0]) => under(memory.append(append)),
    appendAll: (appends: Parameters<typeof memory.appendAll>[0]) => under(memory.appendAll(appends)),
    readMatching: (options: Parameters<typeof memory.readMatching>[0]) => under(memory.readMatching(options)),
    findEvents: (ids: Parameters<typeof memory.findEvents>[0]) => under(memory.findEvents(ids)),
  }
  const outside = { ...store, ...around(store) }
  const dispatchers = Array.from({ length: 3 }, () =>
    makeDispatcher({ store: outside, aggregates: [], decisions: [subscriptions] }),
  )
  const outcomes = await Promise.all(
    sentCommands.map(async ({ to, command, turns }, i) => {
      await waitTurns(turns)
      for (let tries = 0; ; tries++) {
        const outcome = await dispatchers[(to + tries) % 3]?.dispatch(command, { commandId: `${i}` })()
        if (outcome !== undefined && (E.isRight(outcome) || typeof outcome.left === 'string')) return E.isRight(outcome)
      }
    }),
  )
  const log = await memory.readLog()()
  if (E.isLeft(log)) return 'no log'
  const stored = new Set(log.right.events.map(({ metadata }) => metadata.causationId))
  if (stored.size !== log.right.events.length) return 'a command is stored twice'
  if (outcomes.some((done, i) => done !== stored.has(`${i}`))) return 'an answer is wrong'
  const now = new Set<string>()
  for (const { type, data } of log.right.events) {
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

const histories = [
  fc.array(sent, { minLength: 1, maxLength: 25 }),
  fc.array(callFaults(6), { minLength: 1, maxLength: 80 }),
] as const

describe('three dispatchers of one boundary on a store with faults', () => {
  test.prop([...histories], { numRuns: 300 })('never break its rules, and answer what is stored', async (all, days) => {
    expect(await run(all, days)).toBeUndefined()
  })

  it('find a store that forgets conditions', async () => {
    const forgets = (store: EventStore) => ({
      append: ({ conditions: _, ...append }: Parameters<EventStore['append']>[0]) => store.append(append),
      appendAll: (appends: Parameters<EventStore['appendAll']>[0]) =>
        store.appendAll(appends.map(({ conditions: _, ...append }) => append)),
    })
    const property = fc.asyncProperty(...histories, async (all, days) => {
      expect(await run(all, days, forgets)).toBeUndefined()
    })
    expect((await fc.check(property, { numRuns: 2000, seed: 3, endOnFailure: true })).failed).toBe(true)
  })
})
