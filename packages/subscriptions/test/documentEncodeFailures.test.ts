import { EventCodec, EventId, type EventOf, type EventStore, StreamName } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  FailurePolicy,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  ParkedEvent,
  ProcessManager,
  Projection,
  Reaction,
  type RuntimeOptions,
  Views,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { right, startRuntime } from './fixtures.ts'

/** Seats of a show. The codec rejects a view without free seats, which the fold can make. */
const SeatEvent = EventCodec.make({ Taken: t.strict({ n: t.number }), Freed: t.strict({ n: t.number }) })
type SeatEvent = EventOf<typeof SeatEvent>

const seats = { category: 'show', events: SeatEvent } as const

const Positive = t.refinement(t.number, (n) => n > 0, 'Positive')

const change = (event: SeatEvent): number => (event.type === 'Taken' ? -event.data.n : event.data.n)

const Free = t.strict({ free: Positive, seen: t.number })

const basics = {
  name: 'free',
  from: [seats],
  view: Free,
  onFailure: FailurePolicy.make('park', limitRetries(0)),
  key: ({ stream }: { readonly stream: string }) => stream,
  project: (view: t.TypeOf<typeof Free> | undefined, { event }: { readonly event: SeatEvent }) => ({
    free: (view?.free ?? 10) + change(event),
    seen: (view?.seen ?? 0) + 1,
  }),
} as const

const free = Projection.make(basics)

const nextId = EventId.source({ now: Date.now, random: Math.random })

const append = async (store: EventStore, id: string, ...events: ReadonlyArray<SeatEvent>) => {
  const stream = right(StreamName.make('show', id))
  const encoded = events.map((event) => ({ ...right(SeatEvent.encode(event)), id: nextId(), metadata: {} }))
  return store.append({ stream, expected: 'any', events: encoded })()
}

const taken = (n: number): SeatEvent => ({ type: 'Taken', data: { n } })
const freed = (n: number): SeatEvent => ({ type: 'Freed', data: { n } })

const head = async (store: MemoryStore): Promise<number> => right(await store.settledPosition())

const runOnce = async (store: MemoryStore, options: Omit<RuntimeOptions, 'store'>) => {
  const limits = { leaseTime: 300, idleCommitInterval: 2, pollInterval: 20, ...options.limits }
  const runtime = makeHandlerRuntime({ store, ...options, limits })
  await startRuntime(runtime)
  for (const { name } of options.handlers) right(await runtime.waitFor([name], await head(store), 10_000)())
  await runtime.stop()
}

const parkedOf = async (store: MemoryStore, name: string) =>
  right(await ParkedEvent.list(store, name)()).map(({ stream, version, behind, why }) => ({
    stream,
    version,
    behind,
    why,
  }))

const documentsOf = async (store: MemoryStore, name: string, kind: 'view' | 'process') =>
  right(await store.listDocuments({ name, kind })()).documents.map(({ key, data }) => [key, data])

describe('a value that its own codec rejects', () => {
  it('is not stored by a projection; the event that made it fails, with the path', async () => {
    const store = makeMemoryStore()
    right(await append(store, 'a', taken(4), taken(6), freed(1)))
    right(await append(store, 'b', taken(1)))
    await runOnce(store, { handlers: [free] })
    expect(await parkedOf(store, 'free')).toEqual([
      {
        stream: 'show-a',
        version: 2,
        behind: false,
        why: 'its result cannot be stored: the view of "show-a": view.free: expected Positive, got 0',
      },
      { stream: 'show-a', version: 3, behind: true, why: expect.any(String) },
    ])
    const views = Views.make(free, store)
    expect(right(await views.list()()).views).toEqual([
      ['show-a', { free: 6, seen: 1 }],
      ['show-b', { free: 9, seen: 1 }],
    ])
    // Another process reads the stored views, and continues.
    right(await append(store, 'b', taken(2)))
    await runOnce(store, { handlers: [free] })
    expect(right(await views.get('show-b')())).toMatchObject({ value: { free: 7, seen: 2 } })
    expect(await parkedOf(store, 'free')).toHaveLength(2)
  })

  it('has the same outcome for any size of a batch, also when a later event would correct it', async () => {
    const event = fc.record({
      id: fc.constantFrom('a', 'b', 'c'),
      event: fc.oneof(fc.integer({ min: 1, max: 9 }).map(taken), fc.integer({ min: 1, max: 9 }).map(freed)),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 20 }), async (events) => {
        const outcomes = await Promise.all(
          [1, 2, 3, 50].map(async (batch) => {
            const store = makeMemoryStore()
            for (const one of events) right(await append(store, one.id, one.event))
            await runOnce(store, { handlers: [free], limits: { batchSize: batch } })
            return [await documentsOf(store, 'free', 'view'), await parkedOf(store, 'free')]
          }),
        )
        for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
      }),
      { numRuns: 40 },
    )
  })

  it('is not stored by a process manager: its state, or an invalid command', async () => {
    const store = makeMemoryStore()
    const sent: Array<unknown> = []
    const manager = ProcessManager.make({
      name: 'manager',
      from: [seats],
      start: 'origin',
      onFailure: FailurePolicy.make('park', limitRetries(0)),
      key: ({ stream }) => stream,
      state: Positive,
      initialState: 10,
      evolve: (state: number, input) => (input._tag === 'EventHappened' ? state + change(input.event.event) : state),
      react: (state, input) => {
        if (input._tag !== 'EventHappened') return []
        // In plain JavaScript this compiles.
        const type = state === 7 ? (7 as unknown as string) : 'Note'
        return [Reaction.send({ type, data: input.event.version })]
      },
    })
    const dispatch: RuntimeOptions['dispatch'] = (command) => TE.fromIO(() => void sent.push(command))
    right(await append(store, 'a', taken(4), taken(6)))
    right(await append(store, 'b', taken(1), taken(2)))
    await runOnce(store, { handlers: [manager], dispatch })
    expect(await parkedOf(store, 'manager')).toEqual([
      {
        stream: 'show-a',
        version: 2,
        behind: false,
        why: 'its result cannot be stored: the process of "show-a": process: expected Positive, got 0',
      },
      {
        stream: 'show-b',
        version: 2,
        behind: false,
        why: 'its result cannot be stored: the command of "show-b": command.command.type: expected string, got 7',
      },
    ])
    expect((await documentsOf(store, 'manager', 'process')).map(([key]) => key)).toEqual(['show-a', 'show-b'])
    expect(sent).toEqual([
      { type: 'Note', data: 1 },
      { type: 'Note', data: 1 },
    ])
  })

  it('fails the append of an inline projection, with the projection, the event and the path in the error', async () => {
    const store = makeMemoryStore()
    const inline = InlineProjection.make({ ...basics, name: 'seats' })
    const one = makeInlineProjections({ store, projections: [inline] })
    right(await one.open())
    right(await append(one.store, 'a', taken(4)))
    for (const events of [[taken(6)], [taken(6), freed(3)], [freed(1), taken(9)]]) {
      const before = await head(store)
      const refused = await append(one.store, 'a', ...events)
      expect(refused).toMatchObject({ left: { _tag: 'InvalidInput', what: 'append' } })
      const { why } = E.isLeft(refused) ? (refused.left as { readonly why: string }) : { why: '' }
      expect(why).toMatch(
        /^seats: Taken \S+ of show-a: .* the view of "show-a": view\.free: expected Positive, got (0|-2)$/,
      )
      expect(await head(store)).toBe(before)
    }
    // Another process can continue.
    const other = makeInlineProjections({ store, projections: [inline] })
    right(await other.open())
    right(await append(other.store, 'a', taken(1)))
    expect(await documentsOf(store, 'seats', 'view')).toEqual([['show-a', { free: 5, seen: 2 }]])
  })
})

describe('a document that is too large', () => {
  const large = 'x'.repeat(Limits.documentSize)
  const isLarge = (n: number): boolean => n === 7

  it('is the fault of the event that makes it: a view, the state of a process, or a command', async () => {
    const store = makeMemoryStore()
    for (const id of ['a', 'b', 'c']) right(await append(store, id, taken(1), taken(id === 'b' ? 7 : 2), taken(3)))
    const { from, key, onFailure } = basics
    const common = { from, key, onFailure, start: 'origin', state: t.string, initialState: '' } as const
    const views = { from, key, onFailure }
    const handlers = [
      Projection.make({
        ...views,
        name: 'views',
        view: t.string,
        // Views between two events of a batch are not stored, so it stays large.
        project: (view = '', { event }) => (isLarge(event.data.n) ? large : view),
      }),
      ProcessManager.make({
        ...common,
        name: 'states',
        evolve: (state, input) => (input._tag === 'EventHappened' && isLarge(input.event.event.data.n) ? large : state),
        react: () => [],
      }),
      ProcessManager.make({
        ...common,
        name: 'commands',
        evolve: (state) => state,
        react: (_, input) =>
          input._tag === 'EventHappened' && isLarge(input.event.event.data.n)
            ? [Reaction.send({ type: 'Note', data: large })]
            : [],
      }),
    ]
    await runOnce(store, { handlers, dispatch: () => TE.right(undefined) })
    for (const { name } of handlers) {
      const parked = await parkedOf(store, name)
      expect([name, ...parked.map(({ stream, version, behind }) => [stream, version, behind])]).toEqual([
        name,
        ['show-b', 2, false],
        ['show-b', 3, true],
      ])
      expect(parked[0]?.why).toContain(`must have at most ${Limits.documentSize} characters of JSON`)
    }
  })
})
