import { EventCodec, EventId, StreamName } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnyHandler,
  BatchHandler,
  EventHandler,
  FailurePolicy,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  ParkedEvent,
  ProcessManager,
  Projection,
  Reaction,
  TransactionalHandler,
  Views,
} from '@foldlog/subscriptions'
import { afterEach, describe, expect, it } from '@jest/globals'
import { readerTaskEither as RTE, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { right, startRuntime, tables, until } from './fixtures.ts'

const nextId = EventId.source({ now: Date.now, random: Math.random })
const N = t.strict({ n: t.number })

const Plain = EventCodec.make({ Added: N, Removed: N, Other: N })
const plain = { category: 'odd', events: Plain } as const

/** Types with the names of what every object has. */
const Odd = EventCodec.make({ Added: N, Removed: N, Other: N, toString: N, ['__proto__']: N, constructor: N })
const odd = { category: 'odd', events: Odd } as const
type OddEvent = Parameters<typeof Odd.encode>[0]

const streamOf = (id: number) => right(StreamName.make('odd', `${id}`))

const append = async (store: Pick<MemoryStore, 'append'>, id: number, ...events: ReadonlyArray<OddEvent>) => {
  const stored = events.map((event) => ({ ...right(Odd.encode(event)), id: nextId(), metadata: {} }))
  const appended = await store.append({ stream: streamOf(id), expected: 'any', events: stored })()
  return right(appended).positions.at(-1) ?? 0
}

const event = (type: OddEvent['type'], n: number): OddEvent => ({ type, data: { n } })
const all = (['Added', 'Other', 'Other', 'Other', 'Removed'] as const).map((type, i) => event(type, i))
const oddNames = (['toString', '__proto__', 'constructor'] as const).map((type, i) => event(type, i))

const common = { name: 'one', from: [plain], start: 'origin' } as const
const stops: Array<() => Promise<void>> = []

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

const run = async (store: MemoryStore, handler: AnyHandler, options: object = {}) => {
  const runtime = makeHandlerRuntime({ store, handlers: [handler], ...options })
  await startRuntime(runtime)
  stops.push(runtime.stop)
  return runtime
}

describe('a function for each type of event', () => {
  it('is called by an event handler, and events of other types are passed', async () => {
    const store = makeMemoryStore()
    const seen: Array<string> = []
    const note = (type: string, n: number) => TE.fromIO(() => void seen.push(`${type} ${n}`))
    const handler = EventHandler.byType({
      ...common,
      on: {
        Added: (one) => note(one.event.type, one.event.data.n),
        Removed: (one) => note('Removed', one.event.data.n),
      },
    })
    const runtime = await run(store, handler)
    right(await runtime.waitFor(['one'], await append(store, 1, ...all))())
    expect(seen).toEqual(['Added 0', 'Removed 4'])
  })

  it('is found for a type with the name of a property that every object has', async () => {
    const store = makeMemoryStore()
    const seen: Array<string> = []
    const note = ({ event: { type } }: { readonly event: OddEvent }) => TE.fromIO(() => void seen.push(type))
    const handler = EventHandler.byType({
      ...common,
      from: [odd],
      on: { toString: note, ['__proto__']: note, constructor: note },
    })
    const runtime = await run(store, handler)
    right(await runtime.waitFor(['one'], await append(store, 1, ...oddNames))())
    expect(seen).toEqual(['toString', '__proto__', 'constructor'])
  })

  it('is not the function of a prototype', async () => {
    const store = makeMemoryStore()
    const on = { Added: () => TE.left('called') }
    const handlers = [
      EventHandler.byType({ ...common, from: [odd], on: on as never }),
      // The engine passes no event of other types, so the function is called here.
      Projection.byType({ name: 'two', from: [odd], view: t.number, key: () => 'k', on: { Added: () => 1 } as never }),
    ] as const
    const runtime = makeHandlerRuntime({ store, handlers })
    await startRuntime(runtime)
    stops.push(runtime.stop)
    right(await runtime.waitFor(['one', 'two'], await append(store, 1, ...oddNames))())
    for (const one of oddNames) expect(handlers[1].project(undefined, { event: one } as never, 'k')).toBeUndefined()
    expect(handlers[1].key({ event: event('toString', 1) } as never)).toEqual([])
  })

  it('folds the views of a projection and of an inline one, which keep their views for other types', async () => {
    const store = makeMemoryStore()
    const options = { from: [plain], view: t.number, key: () => 'sum' } as const
    const on = {
      Added: (sum: number | undefined, { event: { data } }: { readonly event: { readonly data: { n: number } } }) =>
        (sum ?? 10) + data.n,
      Removed: (sum: number | undefined) => (sum ?? 0) + 100,
    }
    const projection = Projection.byType({ ...options, name: 'one', on })
    const inline = InlineProjection.byType({ ...options, name: 'inline', on })
    const projections = makeInlineProjections({ store, projections: [inline] })
    right(await projections.open())
    const runtime = await run(store, projection)
    right(await runtime.waitFor(['one'], await append(projections.store, 1, ...all))())
    for (const one of [projection, inline])
      expect(right(await Views.make(one, store).get('sum')())).toEqual({ _tag: 'Some', value: 110 })
  })

  it('writes within the transaction of a transactional handler, up to the first failure', async () => {
    const store = makeMemoryStore()
    const { transactions, rows } = tables(store)
    const handler = TransactionalHandler.byType({
      ...common,
      transactions,
      onFailure: FailurePolicy.park,
      on: {
        Added: (own, one) => TE.fromIO(() => void own.push(`added ${one.event.data.n}`)),
        Removed: (_, one) => (one.event.data.n < 0 ? TE.left('below 0') : TE.right(undefined)),
      },
    })
    const runtime = await run(store, handler)
    await append(store, 1, event('Added', 1), event('Other', 2), event('Added', 3))
    await append(store, 2, event('Removed', -1), event('Added', 4))
    const last = await append(store, 3, event('Added', 5))
    await runtime.waitFor(['one'], last)()
    expect([...rows()].sort()).toEqual(['added 1', 'added 3', 'added 5'])
    expect(right(await ParkedEvent.list(store, 'one')())).toHaveLength(2)
  })

  it('gives only events of `types` to a batch handler, to its lane, and to the key of a projection', async () => {
    const store = makeMemoryStore()
    const [batches, keyed]: [Array<string>, Array<string>] = [[], []]
    const types = ['Added'] as const
    const batch = BatchHandler.make({
      ...common,
      types,
      lane: ({ event: { type } }) => type,
      handle: (events) => TE.fromIO(() => void batches.push(...events.map((one) => one.event.type))),
    })
    const projection = Projection.make({
      name: 'two',
      from: [plain],
      types,
      view: t.number,
      key: ({ event: { type } }) => {
        keyed.push(type)
        return type
      },
      project: (n) => (n ?? 0) + 1,
    })
    const runtime = makeHandlerRuntime({ store, handlers: [batch, projection] })
    await startRuntime(runtime)
    stops.push(runtime.stop)
    right(await runtime.waitFor(['one', 'two'], await append(store, 1, ...all))())
    expect(new Set(batches)).toEqual(new Set(['Added']))
    expect(new Set(keyed)).toEqual(new Set(['Added']))
  })
})

describe('the environment of effects', () => {
  const env = { log: [] as Array<string> }
  type Env = typeof env
  const write = (line: string) => RTE.asks(({ log }: Env) => void log.push(line))

  it('reaches the handlers of every kind with effects, next to handlers that need none', async () => {
    const store = makeMemoryStore()
    const { transactions } = tables(store)
    const handlers = [
      EventHandler.make({ ...common, name: 'event', handle: () => write('event') }),
      EventHandler.byType({ ...common, name: 'type', on: { Added: () => write('type'), Removed: () => TE.right(0) } }),
      BatchHandler.make({ ...common, name: 'batch', handle: () => (own: Env) => async () => write('batch')(own)() }),
      TransactionalHandler.make({ ...common, name: 'tx', transactions, handle: () => write('tx') }),
      TransactionalHandler.byType({ ...common, name: 'tx type', transactions, on: { Added: () => write('tx type') } }),
      EventHandler.make({ ...common, name: 'none', handle: () => TE.right(undefined) }),
    ] as const
    const runtime = makeHandlerRuntime({ store, handlers, env })
    await startRuntime(runtime)
    stops.push(runtime.stop)
    const last = await append(store, 1, event('Added', 1), event('Removed', 1))
    right(
      await runtime.waitFor(
        handlers.map(({ name }) => name),
        last,
      )(),
    )
    expect(new Set(env.log)).toEqual(new Set(['event', 'type', 'batch', 'tx', 'tx type']))
  })
})

describe('a process manager with cases', () => {
  type Note = { readonly type: 'Note'; readonly data: { readonly what: string } }
  const notes = { id: ({ data }: Note) => data.what }
  const note = (what: string) => Reaction.send({ type: 'Note', data: { what } } as const)

  const options = {
    ...common,
    to: [notes],
    key: () => 'all',
    state: t.strict({ sum: t.number }),
  } as const

  const dispatching = (refuse: (what: string) => boolean = () => false) => {
    const sent: Array<string> = []
    const dispatch = ({ data: { what } }: Note) => {
      if (refuse(what)) return TE.left({ _tag: 'No' as const })
      sent.push(what)
      return TE.right(undefined)
    }
    return { sent, dispatch }
  }

  it('begins with an event of `begin`, folds and reacts by type, and ends', async () => {
    const store = makeMemoryStore()
    const manager = ProcessManager.byType({
      ...options,
      begin: { Added: ({ event: { data } }) => ({ state: { sum: data.n }, do: [note(`began ${data.n}`)] }) },
      on: {
        Added: ({ sum }, { event: { data } }) => ({ state: { sum: sum + data.n } }),
        Removed: ({ sum }) => [note(`sum ${sum}`), Reaction.end],
      },
    })
    const { sent, dispatch } = dispatching()
    const runtime = await run(store, manager, { dispatch })
    await append(store, 1, event('Removed', 1), event('Other', 1))
    await append(store, 1, event('Added', 1), event('Added', 2), event('Other', 9), event('Removed', 0))
    const last = await append(store, 1, event('Removed', 1), event('Added', 7))
    right(await runtime.waitFor(['one'], last)())
    await until(() => sent.length === 3)
    expect(sent).toEqual(['began 1', 'sum 3', 'began 7'])
  })

  it('sends from a case of `begin` that returns no state, and begins no process', async () => {
    const store = makeMemoryStore()
    const manager = ProcessManager.byType({
      ...options,
      begin: { Added: () => [note('policy')], Removed: () => ({ state: { sum: 0 }, do: [note('began')] }) },
      on: { Added: () => [note('on')] },
    })
    const { sent, dispatch } = dispatching()
    const runtime = await run(store, manager, { dispatch })
    const last = await append(store, 1, event('Added', 1), event('Added', 2), event('Removed', 1), event('Added', 3))
    right(await runtime.waitFor(['one'], last)())
    await until(() => sent.length === 4)
    expect(sent).toEqual(['policy', 'policy', 'began', 'on'])
  })

  it('handles timers and rejections by name', async () => {
    const store = makeMemoryStore()
    const manager = ProcessManager.byType({
      ...options,
      begin: {
        Added: (one) => ({ state: { sum: 1 }, do: [Reaction.scheduleIn('soon', one, -1_000), note('refused')] }),
      },
      timers: {
        soon: (_, timer) => [note('due'), Reaction.scheduleIn('later', timer, 1)],
        later: () => [note('later')],
      },
      rejected: { Note: (_, { command }) => [note(`not ${command.data.what}`)] },
    })
    const { sent, dispatch } = dispatching((what) => what === 'refused')
    const runtime = await run(store, manager, { dispatch, limits: { pollInterval: 5 } })
    right(await runtime.waitFor(['one'], await append(store, 1, event('Added', 1)))())
    await until(() => sent.length === 3)
    expect([...sent].sort()).toEqual(['due', 'later', 'not refused'])
  })

  it.each([
    ['a rejection', { sent: [note('refused')] }],
    ['a timer', { sent: [Reaction.schedule('soon' as string, new Date(0))] }],
  ])('parks %s without a case, and a retry after the correction handles it', async (_, { sent: reactions }) => {
    const store = makeMemoryStore()
    const begin = { Added: () => ({ state: { sum: 1 }, do: reactions }) }
    const { sent, dispatch } = dispatching((what) => what === 'refused')
    const limits = { pollInterval: 5, leaseTime: 500 }
    const first = await run(store, ProcessManager.byType({ ...options, begin }), { dispatch, limits })
    right(await first.waitFor(['one'], await append(store, 1, event('Added', 1)))())
    const parked = async () => right(await ParkedEvent.list(store, 'one')())
    await until(async () => (await parked()).length === 1)
    const [one] = await parked()
    expect(JSON.stringify(one)).toMatch(/(rejected has no case .*Note|timers has no case .*soon)/)
    await first.stop()
    const answers = { timers: { soon: () => [note('due')] }, rejected: { Note: () => [note('answered')] } }
    await run(store, ProcessManager.byType({ ...options, begin, ...answers }), { dispatch, limits })
    if (one !== undefined) right(await ParkedEvent.retry(store, one)())
    await until(() => sent.length === 1)
    expect(['due', 'answered']).toContain(sent[0])
  })

  it.each([
    ['undefined', undefined, 'on.Removed must return a list of reactions, or { state, do }, not undefined'],
    ['a promise', Promise.resolve([]), 'on.Removed must return a list of reactions, or { state, do }, not a promise'],
    ['a step without a state', { do: [] }, 'on.Removed must return a list of reactions, or { state, do }'],
  ])('parks the event of a case that returns %s, with the name of the case', async (_, answer, why) => {
    const store = makeMemoryStore()
    const manager = ProcessManager.byType({
      ...options,
      onFailure: FailurePolicy.park,
      begin: { Added: () => ({ state: { sum: 1 } }) },
      on: { Removed: () => answer as never },
    })
    const runtime = await run(store, manager, { dispatch: dispatching().dispatch })
    await runtime.waitFor(['one'], await append(store, 1, event('Added', 1), event('Removed', 1)))()
    const [parked] = right(await ParkedEvent.list(store, 'one')())
    expect(JSON.stringify(parked)).toContain(JSON.stringify(why).slice(1, -1))
  })
})
