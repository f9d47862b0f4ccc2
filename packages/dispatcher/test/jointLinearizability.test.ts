import { fc, test } from '@fast-check/jest'
import {
  type CommandOfAggregate,
  type CommandOfDecision,
  EventCodec,
  type EventStore,
  JointDecision,
} from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type CallFault, callFaults, waitTurns, withFaults } from './callFaults.ts'
import { close, guest, leave, room, stay, take, visit } from './hotel.ts'

type AnyCommand = CommandOfDecision<typeof stay> | CommandOfAggregate<typeof guest> | CommandOfAggregate<typeof room>

interface SentCommand {
  readonly to: number
  readonly command: AnyCommand
  readonly turns: number
}

const ids = fc.constantFrom('a', 'b')
const command: fc.Arbitrary<AnyCommand> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(ids, ids).map(([guest, room]) => take(guest, room)) },
  { weight: 3, arbitrary: fc.tuple(ids, ids).map(([guest, room]) => visit(guest, room)) },
  { weight: 4, arbitrary: ids.map(leave) },
  { weight: 1, arbitrary: ids.map(close) },
)

const sent = fc.record<SentCommand>({ to: fc.nat(2), command, turns: fc.nat(6) })

const inWeather = (store: EventStore, days: ReadonlyArray<CallFault>): EventStore => {
  const under = withFaults(days)
  return {
    ...store,
    append: (append) => under(store.append(append)),
    appendAll: (appends) => under(store.appendAll(appends)),
    readStream: (stream, options) => under(store.readStream(stream, options)),
    findEvents: (ids) => under(store.findEvents(ids)),
  }
}

const model = JointDecision.decider(stay)

interface Answer {
  readonly id: string
  readonly command: AnyCommand
  readonly outcome: E.Either<unknown, { readonly events: ReadonlyArray<{ readonly id: string }> }>
  readonly from: number
  readonly to: number
}

/** What is wrong with the answers, given the log: `undefined` when a sequence of the commands explains all of them. */
const problemOf = async (store: EventStore, answers: ReadonlyArray<Answer>): Promise<string | undefined> => {
  const log = await store.readLog()()
  if (E.isLeft(log)) return 'the log cannot be read'
  const stored = log.right.events
  const byId = new Map(answers.map((answer) => [answer.id, answer]))
  // The states after each position; 0 is the beginning.
  const states = [model.initialState]
  const order: Array<string> = []
  for (let at = 0; at < stored.length; ) {
    const id = stored[at]?.metadata.causationId ?? ''
    const answer = byId.get(id)
    const before = states.at(-1)
    if (answer === undefined || before === undefined || order.includes(id)) return `${id} is stored in two places`
    order.push(id)
    const decided = model.decide(answer.command, before)
    if (E.isLeft(decided)) return `${id} is stored, and is ${JSON.stringify(decided.left)} at ${at}`
    const own = stored.slice(at, at + decided.right.length)
    if (own.some(({ metadata }) => metadata.causationId !== id)) return `the events of ${id} are not next to each other`
    for (const recorded of own) {
      const aggregate = recorded.stream.startsWith('guest') ? ('guest' as const) : ('room' as const)
      const decoded = EventCodec.decodeAll(aggregate === 'guest' ? guest.events : (room.events as never))([recorded])
      if (E.isLeft(decoded)) return 'an event cannot be decoded'
      const owned = { aggregate, id: recorded.stream.slice(-1), event: decoded.right[0]?.event }
      if (!decided.right.some((one) => JSON.stringify(one) === JSON.stringify(owned)))
        return `${id} decides otherwise at ${at}`
      states.push(model.evolve(states.at(-1) ?? before, owned as never))
    }
    at += own.length
    // No other caller has seen it half done.
    for (let inside = at - own.length + 1; inside < at; inside++) states[inside] = states[at] ?? before
  }
  for (const { id, command, outcome, from, to } of answers) {
    if (E.isRight(outcome) !== order.includes(id)) return `${id} is ${JSON.stringify(outcome)}, and is it stored?`
    if (E.isRight(outcome)) continue
    const refusals = states.slice(from, to + 1).map((state) => model.decide(command, state))
    if (!refusals.some((one) => E.isLeft(one) && one.left === outcome.left))
      return `${id} was refused with ${JSON.stringify(outcome.left)} between ${from} and ${to}, and at no moment it is so`
  }
  return undefined
}

const run = async (
  sentCommands: ReadonlyArray<SentCommand>,
  days: ReadonlyArray<CallFault>,
  around: (store: EventStore) => EventStore = (store) => store,
): Promise<string | undefined> => {
  const store = makeMemoryStore()
  const outside = around(inWeather(store, days))
  const dispatchers = Array.from({ length: 3 }, () =>
    makeDispatcher({ store: outside, aggregates: [guest, room], decisions: [stay] }),
  )
  const lastPosition = async (): Promise<number> => {
    const page = await store.readLog()()
    return E.isRight(page) ? page.right.events.length : Number.NaN
  }
  const send = async (one: SentCommand, i: number): Promise<Answer> => {
    await waitTurns(one.turns)
    const from = await lastPosition()
    for (let tries = 0; ; tries++) {
      const dispatch = dispatchers[(one.to + tries) % 3]?.dispatch
      const outcome = await dispatch?.(one.command, { commandId: `${i}` })()
      if (outcome === undefined) throw new Error('there are three')
      if (E.isLeft(outcome) && typeof outcome.left === 'object') continue
      return { id: `${i}`, command: one.command, outcome, from, to: await lastPosition() }
    }
  }
  return problemOf(store, await Promise.all(sentCommands.map(send)))
}

const histories = [
  fc.array(sent, { minLength: 1, maxLength: 25 }),
  fc.array(callFaults(6), { minLength: 1, maxLength: 80 }),
] as const

describe('three dispatchers of joint decisions on a store with faults', () => {
  test.prop([...histories], { numRuns: 300 })(
    'do what the same commands do one after another, in the order of the log, and refuse what is refused then',
    async (sentCommands, days) => {
      expect(await run(sentCommands, days)).toBeUndefined()
    },
  )

  const withoutChecks = (store: EventStore): EventStore => ({
    ...store,
    append: ({ checks: _, ...append }) => store.append(append),
    appendAll: (appends) => store.appendAll(appends.map(({ checks: _, ...append }) => append)),
  })
  const oneByOne = (store: EventStore): EventStore => ({
    ...store,
    appendAll: (appends) => async () => {
      const results = []
      for (const append of appends) {
        const result = await store.append(append)()
        if (E.isLeft(result)) return result
        results.push(result.right)
      }
      return E.right(results)
    },
  })
  test.each([
    ['forgets the checks', withoutChecks],
    ['stores the streams one after another', oneByOne],
  ])('a store that %s is found', async (_, around) => {
    const property = fc.asyncProperty(...histories, async (sentCommands, days) => {
      expect(await run(sentCommands, days, around)).toBeUndefined()
    })
    const details = await fc.check(property, { numRuns: 3000, seed: 5, endOnFailure: true })
    expect(details.failed).toBe(true)
  })
})
