import type { Logger } from '@foldlog/core'
import { EventCodec } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  BatchHandler,
  EventHandler,
  FailurePolicy,
  type HandlerRuntime,
  HandlerStop,
  makeHandlerRuntime,
  ParkedEvent,
  ProcessManager,
  Projection,
  type Reaction,
  type RuntimeOptions,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { constantDelay, limitRetries, Monoid } from 'retry-ts'
import { added, append, broken, right, startRuntime, tables, things, until } from './fixtures.ts'

// Nothing that happens to an event, a partition or a generation is silent.

interface Line {
  readonly level: keyof Logger
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

const makeLog = () => {
  const lines: Array<Line> = []
  const at =
    (level: keyof Logger): Logger['info'] =>
    (message, facts) =>
      void lines.push({ level, message, facts })
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { logger, of: (message: string) => lines.filter((line) => line.message === message), lines }
}

type Log = ReturnType<typeof makeLog>

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 50 }

const run = async (
  store: MemoryStore,
  handlers: RuntimeOptions['handlers'],
  options?: Partial<RuntimeOptions>,
): Promise<HandlerRuntime> => {
  const runtime = makeHandlerRuntime({ store, handlers, limits, ...options })
  await startRuntime(runtime)
  return runtime
}

const twice = (verdict: 'park' | 'skip' | 'stop') =>
  FailurePolicy.make(verdict, Monoid.concat(limitRetries(1), constantDelay(1)))

/** Fails for every broken event while `fails` says so. */
const effect =
  (fails: () => boolean = () => true) =>
  ({ event }: { readonly event: { readonly type: string } }) =>
    event.type === 'Broken' && fails() ? TE.left('no') : TE.right(undefined)

const boom = ({ event }: { readonly event: { readonly type: string } }): void => {
  if (event.type === 'Broken') throw new Error('boom')
}

type Maker = (store: MemoryStore, onFailure: FailurePolicy) => RuntimeOptions['handlers'][number]

const base = { name: 'h', from: [things], start: 'origin' } as const

/** One handler of each kind, which fails for a broken event. */
const kinds: Readonly<Record<string, Maker>> = {
  'an event handler': (_, onFailure) => EventHandler.make({ ...base, onFailure, handle: effect() }),
  'a batch handler': (_, onFailure) =>
    BatchHandler.make({
      ...base,
      onFailure,
      handle: (events) => (events.some(({ event }) => event.type === 'Broken') ? TE.left('no') : TE.right(undefined)),
    }),
  'a projection': (_, onFailure) =>
    Projection.make({
      ...base,
      onFailure,
      view: t.number,
      key: ({ stream }) => stream,
      project: (n, recorded) => {
        boom(recorded)
        return (n ?? 0) + 1
      },
    }),
  'a transactional handler': (store, onFailure) =>
    TransactionalHandler.make({
      ...base,
      onFailure,
      transactions: tables(store).transactions,
      handle: (_, events) =>
        events.some(({ event }) => event.type === 'Broken') ? TE.left('no') : TE.right(undefined),
    }),
  'a process manager': (_, onFailure) =>
    ProcessManager.make({
      ...base,
      onFailure,
      key: ({ stream }) => stream,
      state: t.number,
      initialState: 0,
      evolve: (n: number, input) => {
        if (input._tag === 'EventHappened') boom(input.event)
        return n + 1
      },
      react: (): ReadonlyArray<Reaction<never>> => [],
    }),
}

/** Kinds with effects try an event again. */
const retrying = ['an event handler', 'a batch handler', 'a transactional handler']

const facts = (handler: string, position: number) => ({
  handler,
  generation: expect.any(Number),
  partition: 0,
  stream: 'thing-1',
  version: position,
  position,
  type: 'Broken',
  lane: 'thing-1',
})

const handled = async (store: MemoryStore, handlers: RuntimeOptions['handlers'], position: number, log: Log) => {
  const runtime = await run(store, handlers, { logger: log.logger, dispatch: () => TE.right(undefined) })
  await until(async () => (right(await store.checkpoints(['h'])()).positions['h'] ?? 0) >= position)
  return runtime
}

describe.each(Object.entries(kinds))('%s', (kind, make) => {
  it('logs a parked event as an error, its retries as warnings, and what waits behind it in one line', async () => {
    const store = makeMemoryStore()
    const log = makeLog()
    const last = await append(store, 1, added(1), broken, added(2), added(3))
    const runtime = await handled(store, [make(store, twice('park'))], last, log)
    expect(log.of('an event is parked')).toEqual([
      {
        level: 'error',
        message: 'an event is parked',
        facts: { ...facts('h', 2), attempts: expect.any(Number), why: expect.stringMatching(/no|boom/) },
      },
    ])
    const behind = log.of('events are parked behind other events of their lanes')
    expect(behind.map(({ level }) => level)).toEqual(behind.map(() => 'warn'))
    expect(behind.reduce((sum, one) => sum + Number(one.facts['events']), 0)).toBe(2)
    const retries = log.of('an event has failed, and is retried')
    expect(retries.map(({ level, facts: of }) => [level, of])).toEqual(
      retrying.includes(kind)
        ? [['warn', { ...facts('h', 2), attempts: 1, delay: 1, why: expect.stringMatching(/no/) }]]
        : [],
    )
    await runtime.stop()
  })

  it('logs a skipped event as an error', async () => {
    const store = makeMemoryStore()
    const log = makeLog()
    const last = await append(store, 1, added(1), broken, added(2))
    const runtime = await handled(store, [make(store, twice('skip'))], last, log)
    expect(log.of('an event is skipped').map(({ level, facts: of }) => [level, of])).toEqual([
      ['error', { ...facts('h', 2), why: expect.stringMatching(/no|boom/) }],
    ])
    expect(log.of('an event is parked')).toEqual([])
    await runtime.stop()
  })

  it('logs a stop as an error where it happens, as a warning in other processes, and the resumption', async () => {
    const store = makeMemoryStore()
    const [here, there] = [makeLog(), makeLog()]
    const handler = make(store, twice('stop'))
    const dispatch = () => TE.right(undefined)
    await append(store, 1, added(1))
    const runtime = await run(store, [handler], { logger: here.logger, dispatch })
    await until(async () => (right(await store.checkpoints(['h'])()).positions['h'] ?? 0) >= 1)
    const other = await run(store, [handler], { logger: there.logger, dispatch })
    await append(store, 1, broken)
    await until(() => here.of('a handler has stopped').length + there.of('a handler has stopped').length > 0)
    const [stops, watches] = here.of('a handler has stopped').length > 0 ? [here, there] : [there, here]
    expect(stops.of('a handler has stopped').map(({ level, facts: of }) => [level, of])).toEqual([
      [
        'error',
        {
          handler: 'h',
          generation: expect.any(Number),
          partition: 0,
          position: 2,
          stream: 'thing-1',
          version: 2,
          type: 'Broken',
          why: expect.stringMatching(/no|boom/),
          hint: expect.stringContaining('HandlerStop.resume'),
        },
      ],
    ])
    const seen = () => watches.of('a handler is stopped; this process ends its work on it')
    await until(() => seen().length > 0)
    right(await HandlerStop.resume(store, 'h')())
    await until(() => watches.of('a handler that was stopped is resumed').length > 0)
    expect(seen()[0]).toMatchObject({ level: 'warn', facts: { handler: 'h' } })
    expect(watches.of('a handler that was stopped is resumed')[0]).toMatchObject({
      level: 'info',
      facts: { handler: 'h' },
    })
    await Promise.all([runtime.stop(), other.stop()])
  })
})

describe('the log of a handler', () => {
  it('says what became of a requested retry or discard of a parked event', async () => {
    const store = makeMemoryStore()
    const log = makeLog()
    let fails = true
    const handler = EventHandler.make({ ...base, onFailure: twice('park'), handle: effect(() => fails) })
    const last = await append(store, 1, broken, broken)
    const runtime = await handled(store, [handler], last, log)
    const head = async () => {
      const [first] = right(await ParkedEvent.list(store, 'h')())
      if (first === undefined) throw new Error('nothing is parked')
      return first
    }
    right(await ParkedEvent.retry(store, await head())())
    await until(() => log.of('the retry of a parked event has failed').length > 0)
    fails = false
    right(await ParkedEvent.discard(store, await head())())
    await until(() => log.of('a parked event is discarded, as requested').length > 0)
    // What is only parked behind the discarded event follows.
    await until(() => log.of('a parked event is handled').length > 0)
    const of = (message: string) => log.of(message).map(({ level, facts: found }) => [level, found['position']])
    expect(of('the retry of a parked event has failed')).toEqual([['error', 1]])
    expect(of('a parked event is discarded, as requested')).toEqual([['warn', 1]])
    expect(of('a parked event is handled')).toEqual([['info', 2]])
    await runtime.stop()
  })

  it('has one line for an event and attempt, and a number for the rest of many', async () => {
    const store = makeMemoryStore()
    const log = makeLog()
    const events = 200
    for (let i = 0; i < events; i++) await append(store, i, broken)
    const handler = kinds['a projection']?.(store, FailurePolicy.park)
    const runtime = await handled(store, handler === undefined ? [] : [handler], events, log)
    const single = log.of('an event is parked').length
    const rest = log.of('more events are parked').reduce((sum, one) => sum + Number(one.facts['events']), 0)
    expect(single + rest).toBe(events)
    expect(single).toBeLessThan(events / 2)
    await runtime.stop()
  })

  it('says that several events failed together, before they are handled one by one', async () => {
    for (const kind of ['a batch handler', 'a transactional handler']) {
      const store = makeMemoryStore()
      const log = makeLog()
      const last = await append(store, 1, added(1), broken, added(2))
      const runtime = await handled(
        store,
        [kinds[kind]?.(store, twice('park'))].flatMap((one) => one ?? []),
        last,
        log,
      )
      expect(log.of('several events have failed together, and are handled one by one')).toEqual([
        expect.objectContaining({
          level: 'warn',
          facts: expect.objectContaining({ handler: 'h', partition: 0, first: 1, why: expect.stringContaining('no') }),
        }),
      ])
      await runtime.stop()
    }
  })

  it('says which partitions a process takes over, once, and that it loses them', async () => {
    const store = makeMemoryStore()
    const [first, second] = [makeLog(), makeLog()]
    const handler = EventHandler.make({ ...base, partitions: 8, handle: effect() })
    const before = await run(store, [handler], { logger: first.logger })
    const taken = ({ of }: Log) =>
      of('this process takes partitions over').flatMap(({ facts: found }) => found['partitions'])
    await until(() => taken(first).length === 8)
    expect(first.of('this process takes partitions over')).toEqual([
      {
        level: 'info',
        message: expect.any(String),
        facts: { handler: 'h', generation: expect.any(Number), partitions: expect.any(Array) },
      },
    ])
    const after = await run(store, [handler], { logger: second.logger })
    await until(() => taken(second).length === 4)
    await Promise.all([before.stop(), after.stop()])
  })

  it('says that a build begins, takes over, and that the former generation is removed', async () => {
    const store = makeMemoryStore()
    const log = makeLog()
    const counts = (version: number) =>
      Projection.make({
        ...base,
        version,
        from: [{ category: 'thing', events: EventCodec.make({ Added: t.strict({ n: t.number }) }) }],
        view: t.number,
        key: ({ stream }) => stream,
        project: (n) => (n ?? 0) + 1,
      })
    await append(store, 1, added(1))
    for (const version of [1, 2, 3]) {
      const runtime = await run(store, [counts(version)], { logger: log.logger })
      await until(() => log.of('a rebuilt handler has taken over').length === version - 1)
      if (version === 3) {
        await until(() => log.of('an old generation is removed').length === 1)
        right(await runtime.rebuild('h')())
        await until(() => log.of('a rebuilt handler has taken over').length === 3)
      }
      await runtime.stop()
    }
    const said = log.lines
      .filter(({ facts: of }) => of['handler'] === 'h')
      .map(({ level, message }) => `${level}: ${message}`)
    expect(said).toEqual(
      expect.arrayContaining([
        'info: a new version of a projection is built',
        'info: a projection is rebuilt, as requested',
        'info: a rebuilt handler has taken over',
        'info: an old generation is removed',
      ]),
    )
  })
})
