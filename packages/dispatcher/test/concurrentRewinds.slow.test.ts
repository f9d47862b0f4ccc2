import { fc, test } from '@fast-check/jest'
import {
  Aggregate,
  type Event,
  EventCodec,
  type EventId,
  type EventStore,
  type SnapshotStore,
  type StreamName,
} from '@foldlog/core'
import { type CommandIdReused, type Dispatched, makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect } from '@jest/globals'
import { either as E, option as O } from 'fp-ts'
import * as t from 'io-ts'
import { eventIdsOf } from '../src/internal/eventIdsOf.ts'
import { type CallFault, callFaults, waitTurns, withFaults } from './callFaults.ts'
import type { Below } from './counter.ts'

/**
 * Each event records the value and the number of events on which it was decided: so one read of a stream shows whether
 * all decisions were correct.
 */
const LedgerEvent = EventCodec.make({ Added: t.strict({ by: t.number, on: t.number, behind: t.number }) })

interface Ledger {
  readonly value: number
  readonly events: number
}

type LedgerCommand =
  | { readonly type: 'Add'; readonly data: { readonly by: number; readonly times: number } }
  | { readonly type: 'Nothing'; readonly data: null }

const commands = ['Add', 'Nothing'] as const

const ledger = Aggregate.make({
  category: 'ledger',
  commands,
  id: (_: LedgerCommand) => 'a',
  decider: {
    initialState: { value: 0, events: 0 },
    evolve: ({ value, events }: Ledger, { data }) => ({ value: value + data.by, events: events + 1 }),
    decide: ({ type, data }: LedgerCommand, { value, events }: Ledger) => {
      if (type === 'Nothing') return E.right([])
      const below: Below = { _tag: 'BelowZero', value }
      if (value + data.by * data.times < 0) return E.left(below)
      return E.right(
        Array.from({ length: data.times }, (_, i) => ({
          type: 'Added' as const,
          data: { by: data.by, on: value + i * data.by, behind: events + i },
        })),
      )
    },
  },
  events: LedgerEvent,
  snapshot: { schemaVersion: 1, every: 3, codec: t.strict({ value: t.number, events: t.number }) },
})

interface Stored {
  readonly id: string
  readonly by: number
  readonly on: number
  readonly behind: number
}

/** The stream at one moment. `wrong` is its last event if that was not decided on the events before it. */
interface Moment {
  readonly events: ReadonlyArray<Stored>
  readonly value: number
  readonly wrong: Stored | undefined
}

const nothing: Moment = { events: [], value: 0, wrong: undefined }

const next = ({ events, value }: Moment, event: Stored): Moment => {
  const right = event.on === value && event.behind === events.length && value + event.by >= 0
  const doubled = events.some(({ id }) => id === event.id)
  return { events: [...events, event], value: value + event.by, wrong: right && !doubled ? undefined : event }
}

interface Bringing {
  readonly to: number
  readonly id: number | undefined
  readonly command: LedgerCommand
  readonly turns: number
}

const bringing = fc.record<Bringing>({
  to: fc.nat(1),
  id: fc.option(fc.nat(60), { nil: undefined }),
  command: fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('Add' as const),
        data: fc.record({ by: fc.integer({ min: -6, max: 6 }), times: fc.integer({ min: 1, max: 3 }) }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('Nothing' as const), data: fc.constant(null) }) },
  ),
  turns: fc.nat(60),
})

/**
 * The log goes back to its state `lasts` turns before. Then another writer appends as many events as were lost, and
 * `more`: so the same versions are reached again.
 */
interface Rewind {
  readonly after: number
  readonly lasts: number
  readonly more: number
  readonly by: number
}

const rewind = fc.record<Rewind>({
  after: fc.nat(8),
  lasts: fc.nat(12),
  more: fc.integer({ min: -8, max: 3 }),
  by: fc.integer({ min: 0, max: 9 }),
})

const stream = 'ledger-a' as StreamName // Reads category-id.

const newId = (n: number): EventId => `01J0000000${`${n}`.padStart(16, '0')}` as EventId // A canonical ULID.

/** A memory store with faults, which records every moment of its stream. */
const watched = (days: ReadonlyArray<CallFault>) => {
  const memory = makeMemoryStore()
  const moments: Array<Moment> = [nothing]
  const now = (): Moment => moments.at(-1) ?? nothing
  const under = withFaults(days)
  const store: EventStore & SnapshotStore = {
    ...memory,
    append: (append) =>
      under(async () => {
        const answer = await memory.append(append)()
        if (E.isRight(answer) && !answer.right.repeated) {
          // Only the ledger has written these events.
          const events = append.events.map(({ id, data }) => ({ ...(data as unknown as Omit<Stored, 'id'>), id }))
          // Decisions of one batch are correct one after another.
          for (const event of events) moments.push(next(now(), event))
        }
        return answer
      }),
    readStream: (name, options) => under(memory.readStream(name, { ...options, count: 5 })),
    readFromSnapshot: (name, version) => under(memory.readFromSnapshot(name, version, 5)),
    saveSnapshot: (snapshot) => under(memory.saveSnapshot(snapshot)),
    findEvents: (ids) => under(memory.findEvents(ids)),
  }
  const goBack = async ({ after, lasts, more, by }: Rewind, nth: number): Promise<void> => {
    await waitTurns(after)
    const before = now()
    const restore = memory.backup()
    await waitTurns(lasts)
    const lost = now().events.length - before.events.length
    restore()
    moments.push(before)
    for (let i = 0; i < lost + more; i++) {
      const data = { by, on: now().value, behind: now().events.length }
      const event = { id: newId(nth * 1_000 + i), type: 'Added', schemaVersion: 1, data, metadata: {} }
      moments.push(next(now(), { ...data, id: event.id }))
      // Stored before this call ends.
      void memory.append({ stream, expected: 'any', events: [event] })()
    }
  }
  return { memory, store, moments, now, goBack }
}

interface Reported {
  readonly bringing: Bringing
  readonly outcome: E.Either<unknown, Dispatched<Event>>
  readonly during: ReadonlyArray<Moment>
}

describe('two dispatchers on a log that goes back again and again', () => {
  test.prop(
    [
      fc.array(bringing, { minLength: 1, maxLength: 200, size: 'max' }),
      fc.array(callFaults(20), { maxLength: 80, size: 'max' }),
      fc.array(rewind, { minLength: 1, maxLength: 12, size: 'max' }),
    ],
    { numRuns: 60 },
  )('decide everything on what is there, and tell what was true', async (bringings, days, rewinds) => {
    const { memory, store, moments, now, goBack } = watched(days)
    const dispatchers = Array.from({ length: 2 }, () =>
      makeDispatcher({
        store,
        aggregates: [ledger],
        snapshots: store,
        limits: { batchSize: 64 },
        // Retries without delays.
        random: () => 0,
      }),
    )
    const bring = async (one: Bringing, i: number): Promise<Reported> => {
      await waitTurns(one.turns)
      const from = moments.length - 1
      for (let tries = 0; ; tries++) {
        const { dispatch } = dispatchers[(one.to + tries) % 2] ?? {}
        const outcome = await dispatch?.(one.command, { commandId: one.id === undefined ? `own-${i}` : `${one.id}` })()
        if (outcome === undefined) throw new Error('there are two')
        if (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable') continue
        return { bringing: one, outcome, during: moments.slice(from) }
      }
    }
    const going = (async () => {
      for (const [i, one] of rewinds.entries()) await goBack(one, i)
    })()
    const all = await Promise.all(bringings.map(bring))
    await going
    await Promise.all(dispatchers.map(({ stop }) => stop()))

    // The stored events are those of the recorded moments, and every event of every moment was decided on the events
    // before it.
    const stored = await memory.readStream(stream)()
    if (E.isLeft(stored)) throw new Error('unreachable')
    expect(stored.right.events.map(({ id }) => id)).toEqual(now().events.map(({ id }) => id))
    expect(moments.filter(({ wrong }) => wrong !== undefined)).toEqual([])

    const isTrue = ({ bringing, outcome, during }: Reported): boolean => {
      if (E.isRight(outcome)) {
        const { events, version } = outcome.right
        // The result was stored, at that version, at some moment between the call and the answer.
        return during.some(({ events: stored }) =>
          events.length > 0
            ? events.every(({ id, version }) => stored[version - 1]?.id === id) && events.at(-1)?.version === version
            : stored.length === version,
        )
      }
      // A refusal is correct at such a moment. Only the domain refuses, and the dispatcher an id of another command.
      const left = outcome.left as Below | CommandIdReused
      if (left._tag === 'CommandIdReused') {
        const first = eventIdsOf([stream], `${bringing.id}`)(0)
        return bringing.command.type === 'Nothing' && during.some(({ events }) => events.some(({ id }) => id === first))
      }
      const { _tag, value } = left
      const { by, times } = bringing.command.data as { readonly by: number; readonly times: number }
      return _tag === 'BelowZero' && value + by * times < 0 && during.some((moment) => moment.value === value)
    }
    expect(all.filter((reported) => !isTrue(reported))).toEqual([])

    // No snapshot is wrong.
    const kept = await memory.readFromSnapshot(stream, 1)()
    if (E.isLeft(kept)) throw new Error('unreachable')
    if (O.isSome(kept.right.snapshot)) {
      const { version, state } = kept.right.snapshot.value
      const value = now()
        .events.slice(0, version)
        .reduce((sum, { by }) => sum + by, 0)
      expect(state).toEqual({ value, events: version })
    }
  })
})
