import { fc, test } from '@fast-check/jest'
import type { EventStore, StreamName } from '@foldlog/core'
import { type CommandIdReused, type Dispatched, makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type CallFault, callFaults, waitTurns, withFaults } from './callFaults.ts'
import { type Below, type CounterCommand, type CounterEvent, counter } from './counter.ts'

/** A command for one of three dispatchers, perhaps for another one too; several may have the same `id`. */
interface SentCommand {
  readonly to: number
  readonly id: number
  readonly command: CounterCommand
  readonly turns: number
}

const by = fc.integer({ min: -6, max: 6 })
const sent = fc.record<SentCommand>({
  to: fc.nat(2),
  id: fc.nat(25),
  command: fc.oneof(
    fc.record({ type: fc.constant('Add' as const), data: fc.record({ id: fc.constant('a'), by }) }),
    fc.record({ type: fc.constant('Nothing' as const), data: fc.record({ id: fc.constant('a') }) }),
  ),
  turns: fc.nat(6),
})

/** A store with faults. In the end there are no faults, so every caller gets an answer. */
const inWeather = (store: EventStore, days: ReadonlyArray<CallFault>): EventStore => {
  const under = withFaults(days)
  return {
    ...store,
    append: (append) => under(store.append(append)),
    readStream: (stream, options) => under(store.readStream(stream, options)),
    findEvents: (ids) => under(store.findEvents(ids)),
  }
}

/** The final answer of one caller, and the versions of the stream between which it was given. */
interface Answer {
  readonly sent: SentCommand
  readonly outcome: E.Either<unknown, Dispatched<CounterEvent>>
  readonly from: number
  readonly to: number
}

const stream = 'counter-a' as StreamName // Reads category-id.

describe('three dispatchers on a store with faults', () => {
  test.prop(
    [fc.array(sent, { minLength: 1, maxLength: 40 }), fc.array(callFaults(6), { minLength: 1, maxLength: 80 })],
    {
      numRuns: 200,
    },
  )('tell what is true', async (sentCommands, days) => {
    const store = makeMemoryStore()
    const outside = inWeather(store, days)
    const dispatchers = Array.from({ length: 3 }, () => makeDispatcher({ store: outside, aggregates: [counter] }))
    const versionNow = async (): Promise<number> => {
      const info = await store.streamInfo(stream)()
      return E.isRight(info) ? info.right.version : Number.NaN
    }

    const send = async (one: SentCommand): Promise<Answer> => {
      await waitTurns(one.turns)
      const from = await versionNow()
      for (let tries = 0; ; tries++) {
        const dispatch = dispatchers[(one.to + tries) % 3]?.dispatch
        const outcome = await dispatch?.(one.command, { commandId: `${one.id}` })()
        if (outcome === undefined) throw new Error('there are three')
        if (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable') continue
        return { sent: one, outcome, from, to: await versionNow() }
      }
    }
    const all = await Promise.all(sentCommands.map(send))
    const log = await store.readStream(stream)()
    if (E.isLeft(log)) throw new Error('unreachable')
    const stored = log.right.events
    const values = [0]
    // Only `Added` is written.
    for (const { data } of stored) values.push((values.at(-1) ?? 0) + (data as { readonly by: number }).by)

    // The rule of the domain was never broken.
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
    // Every command is stored at most once, and every stored result was returned to a caller.
    const causes = stored.map(({ metadata }) => metadata.causationId)
    expect(new Set(causes).size).toBe(causes.length)
    const done = all.flatMap(({ outcome }) =>
      E.isRight(outcome) && outcome.right.events.length > 0 ? [outcome.right.commandId] : [],
    )
    expect(new Set(causes)).toEqual(new Set(done))

    for (const { sent, outcome, from, to } of all) {
      const between = values.slice(from, to + 1)
      if (E.isRight(outcome) && outcome.right.events.length > 0) {
        // The returned result is the stored one.
        expect(outcome.right.events.map(({ id, version }) => ({ id, version }))).toEqual(
          stored
            .filter(({ metadata }) => metadata.causationId === `${sent.id}`)
            .map(({ id, version }) => ({ id, version })),
        )
      } else if (E.isRight(outcome)) {
        expect(sent.command.type).toBe('Nothing')
        expect(outcome.right.version).toBeGreaterThanOrEqual(from)
        expect(outcome.right.version).toBeLessThanOrEqual(to)
      } else if ((outcome.left as Below | CommandIdReused)._tag === 'CommandIdReused') {
        // Only `Add` stores events.
        expect(outcome.left).toMatchObject({ first: 'Add', command: 'Nothing', commandId: `${sent.id}` })
        expect(sent.command.type).toBe('Nothing')
        expect(causes.slice(0, to)).toContain(`${sent.id}`)
      } else {
        // A refusal is true of a moment between the call and the answer, and nothing of its id had been stored by then.
        const { _tag, value } = outcome.left as Below // Only the domain refuses; `StoreUnavailable` was tried again.
        expect(_tag).toBe('BelowZero')
        expect(between).toContain(value)
        expect(value + (sent.command.data as { readonly by: number }).by).toBeLessThan(0) // Only `Add` is refused.
        expect(causes.slice(0, from)).not.toContain(`${sent.id}`)
      }
    }

    // At most one of the callers with the same command got a result that is no duplicate.
    for (const id of new Set(done)) {
      const firsts = all.filter(
        ({ outcome }) =>
          E.isRight(outcome) &&
          outcome.right.commandId === id &&
          outcome.right.events.length > 0 &&
          !outcome.right.duplicate,
      )
      expect(firsts.length).toBeLessThanOrEqual(1)
    }
  })
})
