import { Aggregate, describeError } from '@foldlog/core'
import {
  type Dispatch,
  type DispatchContext,
  type DispatcherLimits,
  type Middleware,
  makeDispatcher,
  makeDispatcherEither,
} from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F, readerTaskEither as RTE, taskEither as TE } from 'fp-ts'
import { add, type CounterCommand, type CounterEvent, commands, counter, counterWithSnapshots } from './counter.ts'
import { gate, makeCounterDispatcher, until } from './fixtures.ts'
import { recordCalls } from './RecordingStore.ts'

describe('middleware', () => {
  const noting =
    (seen: Array<string>, name: string) =>
    <C extends CounterCommand, Err, A>(next: Dispatch<C, Err, A>): Dispatch<C, Err, A> =>
    (command, context) =>
      F.pipe(
        TE.fromIO(() => void seen.push(`${name} before`)),
        TE.chain(() => next(command, context)),
        TE.chainFirstIOK(() => () => void seen.push(`${name} behind`)),
      )

  it('composed with flow, the last is the outermost', async () => {
    const seen: Array<string> = []
    const dispatch: Dispatch<CounterCommand, unknown, unknown> = makeCounterDispatcher().dispatch
    const wrapped = F.pipe(dispatch, F.flow(noting(seen, 'inner'), noting(seen, 'outer')))
    await wrapped(add('a', 1))()
    expect(seen).toEqual(['outer before', 'inner before', 'inner behind', 'outer behind'])
  })

  it('changes the context and the command, which the store then has', async () => {
    const { dispatch, store } = makeCounterDispatcher()
    const plain: Dispatch<CounterCommand, unknown, unknown> = dispatch
    const asUser =
      (name: string): Middleware<CounterCommand, unknown, unknown> =>
      (next) =>
      (command, context) =>
        next(command, { ...context, user: { ...context?.user, name } })
    const doubled: Middleware<CounterCommand, unknown, unknown> = (next) => (command, context) =>
      next(command.type === 'Add' ? add(command.data.id, command.data.by * 2) : command, context)
    await F.pipe(plain, asUser('Ada'), doubled)(add('a', 1), { correlationId: 'r', user: { from: 'web' } })()
    expect(await store.readLog()()).toMatchObject({
      right: { events: [{ data: { by: 2 }, metadata: { correlationId: 'r', user: { from: 'web', name: 'Ada' } } }] },
    })
  })

  it('stops with its own error, which widens the type, and the store is not called', async () => {
    const { dispatch, roundTrips: trips } = makeCounterDispatcher()
    interface Forbidden {
      readonly _tag: 'Forbidden'
    }
    const guarded =
      <Err, A>(next: Dispatch<CounterCommand, Err, A>): Dispatch<CounterCommand, Err | Forbidden, A> =>
      (command, context) =>
        context?.user === undefined ? TE.left({ _tag: 'Forbidden' }) : next(command, context)
    const plain: Dispatch<CounterCommand, unknown, unknown> = dispatch
    expect(await guarded(plain)(add('a', 1))()).toEqual(E.left({ _tag: 'Forbidden' }))
    expect(trips()).toEqual([])
    expect(await guarded(plain)(add('a', 1), { user: {} })()).toMatchObject({ right: { version: 1 } })
  })
})

describe('the options of a dispatcher', () => {
  const problemsOf = (limits: Partial<DispatcherLimits>, cache?: number): ReadonlyArray<string> => {
    const size = cache === undefined ? {} : { cache }
    const built = makeDispatcherEither({ store: makeMemoryStore(), aggregates: [counter], limits, ...size })
    return E.isLeft(built) ? built.left.problems : []
  }

  it.each([
    [{ batchSize: 0 }],
    [{ batchSize: Number.NaN }],
    [{ batchSize: 1.5 }],
    [{ batchSize: 100_001 }],
    [{ maxWaiting: 0 }],
    [{ effectTimeout: Number.POSITIVE_INFINITY }],
    [{ effectTimeout: 2 ** 31 }],
  ])('%o is refused with its name', (limits) => {
    expect(problemsOf(limits)).toEqual([
      expect.stringMatching(
        new RegExp(`^limits\\.${Object.keys(limits)[0]} must be an integer from 1 (to \\d+|up), is `),
      ),
    ])
  })

  it('a cache of size 0 is rejected, the smallest sizes are not', () => {
    expect(problemsOf({}, 0)).toEqual([expect.stringMatching(/^cache must be/)])
    expect(problemsOf({ batchSize: 1, maxWaiting: 1, effectTimeout: 1 }, 1)).toEqual([])
  })

  it('all problems are reported, not only the first', () => {
    const built = makeDispatcherEither({
      store: makeMemoryStore(),
      aggregates: [counter, { ...counter, category: '' }, { ...counter, category: '$counter' }],
      limits: { batchSize: 0, maxWaiting: 0 },
    })
    expect(E.isLeft(built) ? built.left.problems.length : 0).toBe(2 + 2 * counter.commands.length + 2)
  })

  it('with the smallest limits all commands are still handled, in order', async () => {
    const { dispatch, load } = makeDispatcher({
      store: makeMemoryStore(),
      aggregates: [counter],
      cache: 1,
      limits: { batchSize: 1 },
    })
    const results = await Promise.all(Array.from({ length: 20 }, (_, i) => dispatch(add(i % 2 === 0 ? 'a' : 'b', 1))()))
    expect(results.map((r) => (E.isRight(r) ? r.right.version : 0))).toEqual(
      Array.from({ length: 20 }, (_, i) => 1 + Math.floor(i / 2)),
    )
    expect(await load(counter, 'a')()).toMatchObject({ right: { state: { value: 10 } } })
  })

  it('a state that the cache has evicted is read again', async () => {
    const observed = recordCalls(makeMemoryStore())
    const { dispatch } = makeDispatcher({ store: observed.store, aggregates: [counter], cache: 2 })
    for (const id of ['a', 'b', 'c']) await dispatch(add(id, 5))()
    observed.clear()
    await dispatch(add('c', 1))()
    expect(observed.roundTrips()).toEqual(['append'])
    observed.clear()
    expect(await dispatch(add('a', -5))()).toMatchObject({ right: { version: 2 } })
    expect(observed.roundTrips()).toEqual(['readStream', 'append'])
  })
})

describe('the domain’s own code', () => {
  it.each<[string, Partial<typeof counter.decider>]>([
    ['a decision that gives nothing', { decide: () => undefined as never }],
    ['a decision that gives no list', { decide: () => E.right(undefined as never) }],
    ['a decision that gives no event', { decide: () => E.right([null as never]) }],
    [
      'a decision that throws no error',
      {
        decide: () => {
          throw 'out'
        },
      },
    ],
    [
      'a reducer that throws',
      {
        evolve: () => {
          throw new Error('no')
        },
      },
    ],
  ])('%s fails its command, not those beside it', async (_, broken) => {
    const odd = { ...counter, decider: { ...counter.decider, ...broken } }
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [odd] })
    const results = await Promise.all([dispatch(add('a', 1))(), dispatch(add('a', 2))()])
    expect(results).toMatchObject([{ left: { _tag: 'DomainCodeFailed' } }, { left: { _tag: 'DomainCodeFailed' } }])
  })

  it('an evolve that throws names the event; an id that throws names the command', async () => {
    const store = makeMemoryStore()
    await makeDispatcher({ store, aggregates: [counter] }).dispatch(add('a', 1))()
    const broken = {
      ...counter,
      decider: {
        ...counter.decider,
        evolve: () => {
          throw new Error('no')
        },
      },
    }
    const { dispatch, load } = makeDispatcher({ store, aggregates: [broken] })
    const failed = { left: { _tag: 'DomainCodeFailed', command: 'evolve of Added', why: 'no' } }
    expect(await dispatch(add('a', 1))()).toMatchObject(failed)
    expect(await load(broken, 'a')()).toMatchObject(failed)
    // Against the types: a command without data.
    const odd = { type: 'Add' } as never as CounterCommand
    expect(await makeDispatcher({ store, aggregates: [counter] }).dispatch(odd)()).toMatchObject({
      left: { _tag: 'DomainCodeFailed', command: 'Add' },
    })
  })

  it('a command may have the name of a property of every object', async () => {
    const named = Aggregate.make({
      ...counter,
      commands: ['constructor'],
      id: (_command: { readonly type: 'constructor'; readonly data: null }) => '1',
      decider: { ...counter.decider, decide: () => E.right([]) },
      effects: {},
    })
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [named] })
    expect(await dispatch({ type: 'constructor', data: null })()).toMatchObject({ right: { version: 0 } })
  })
})

describe('a caller that cancels', () => {
  const held = () => {
    const { passed, open } = gate()
    const started = makeCounterDispatcher(
      () => ({}),
      (name, count) => (name === 'append' && count === 1 ? passed : Promise.resolve()),
    )
    return { ...started, open }
  }

  it('removes a waiting command: nothing of it is written, the others are handled', async () => {
    const { dispatch, roundTrips: trips, open, load } = held()
    const first = dispatch(add('a', 1))()
    await until(() => trips().includes('append'))
    const giving = new AbortController()
    const { signal } = giving
    const results = [dispatch(add('a', 10))(), dispatch(add('a', 100), { signal })(), dispatch(add('a', 1000))()]
    giving.abort()
    // At once: not when its turn would have come.
    expect(await results[1]).toEqual(E.left({ _tag: 'DispatchAborted' }))
    open()
    await first
    expect(await Promise.all(results)).toMatchObject([{ right: { version: 2 } }, {}, { right: { version: 3 } }])
    expect(await load(counter, 'a')()).toMatchObject({ right: { state: { value: 1011 } } })
  })

  it('gets the result of a command whose turn has come', async () => {
    const { dispatch, roundTrips: trips, open } = held()
    const giving = new AbortController()
    const result = dispatch(add('a', 1), { signal: giving.signal })()
    await until(() => trips().includes('append'))
    giving.abort()
    open()
    expect(await result).toMatchObject({ right: { version: 1 } })
  })

  it('before the call gets its error at once, and no listener stays on the signal after the command', async () => {
    const { dispatch, roundTrips: trips } = makeCounterDispatcher()
    const context: DispatchContext = { signal: AbortSignal.abort() }
    expect(await dispatch(add('a', 1), context)()).toEqual(E.left({ _tag: 'DispatchAborted' }))
    expect(trips()).toEqual([])
    const listening = new Set<unknown>()
    const signal = {
      aborted: false,
      addEventListener: (_: 'abort', f: () => void) => void listening.add(f),
      removeEventListener: (_: 'abort', f: () => void) => void listening.delete(f),
    }
    const result = dispatch(add('a', 1), { signal })()
    expect(listening.size).toBe(1)
    await result
    expect(listening.size).toBe(0)
    expect(describeError({ _tag: 'DispatchAborted' })).toMatch(/cancelled the command/)
  })

  it('may throw when it is read or listened to: the call gets an error, and takes no room', async () => {
    const { dispatch } = makeDispatcher({
      store: makeMemoryStore(),
      aggregates: [counter],
      limits: { maxWaiting: 1 },
    })
    const fault = (): never => {
      throw new Error('a faulty signal')
    }
    const nothing = (): void => {}
    const signals = [
      {
        get aborted() {
          return fault()
        },
        addEventListener: nothing,
        removeEventListener: nothing,
      },
      { aborted: false, addEventListener: fault, removeEventListener: nothing },
    ]
    for (const signal of signals) {
      for (const _ of [1, 2]) {
        expect(await dispatch(add('a', 1), { signal })()).toMatchObject({
          left: { _tag: 'InvalidInput', what: 'signal', why: expect.stringContaining('a faulty signal') },
        })
      }
    }
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 1 } })
  })

  it('may throw when nobody listens any more: all commands of its batch get their results', async () => {
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter] })
    const faulty = () => ({
      aborted: false,
      addEventListener: () => {},
      removeEventListener: () => {
        throw new Error('a faulty signal')
      },
    })
    const results = [faulty(), faulty(), undefined].map((signal) => dispatch(add('a', 1), { signal })())
    expect((await Promise.all(results)).map((result) => E.isRight(result) && result.right.version)).toEqual([1, 2, 3])
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 4 } })
  })

  it('makes room for other commands', async () => {
    const { passed, open } = gate()
    const observed = recordCalls(makeMemoryStore(), (name) => (name === 'append' ? passed : Promise.resolve()))
    const { dispatch } = makeDispatcher({ store: observed.store, aggregates: [counter], limits: { maxWaiting: 2 } })
    const first = dispatch(add('a', 1))()
    await until(() => observed.roundTrips().includes('append'))
    const giving = new AbortController()
    const second = dispatch(add('a', 1), { signal: giving.signal })()
    expect(await dispatch(add('a', 1))()).toMatchObject({ left: { _tag: 'DispatcherOverloaded' } })
    giving.abort()
    expect(await second).toEqual(E.left({ _tag: 'DispatchAborted' }))
    const third = dispatch(add('a', 1))()
    open()
    expect(await Promise.all([first, third])).toMatchObject([{ right: { version: 1 } }, { right: { version: 2 } }])
  })
})

describe('stop', () => {
  it('waits for accepted commands, also when they wait for the store; no other is accepted meanwhile', async () => {
    const { passed, open } = gate()
    const {
      dispatch,
      stop,
      roundTrips: trips,
    } = makeCounterDispatcher(
      () => ({}),
      (name) => (name === 'append' ? passed : Promise.resolve()),
    )
    const first = dispatch(add('a', 1))()
    await until(() => trips().includes('append'))
    const waiting = dispatch(add('a', 1))()
    let stopped = false
    const stopping = stop().then(() => {
      stopped = true
    })
    expect(await dispatch(add('a', 1))()).toEqual(E.left({ _tag: 'DispatcherStopped' }))
    await new Promise(setImmediate)
    expect(stopped).toBe(false)
    open()
    await stopping
    expect(await Promise.all([first, waiting])).toMatchObject([{ right: { version: 1 } }, { right: { version: 2 } }])
  })

  it('waits for snapshots that are being saved', async () => {
    const memory = makeMemoryStore()
    const { passed, open } = gate()
    const { store, roundTrips: trips } = recordCalls(memory, (name) =>
      name === 'saveSnapshot' ? passed : Promise.resolve(),
    )
    const aggregates = [counterWithSnapshots({ every: 1 })] as const
    const { dispatch, stop } = makeDispatcher({ store, snapshots: store, aggregates })
    // The first snapshot is in progress all the time: no other of this stream is begun.
    for (let i = 0; i < 5; i++) expect(E.isRight(await dispatch(add('a', 1))())).toBe(true)
    await dispatch(add('b', 1))()
    expect(trips().filter((name) => name === 'saveSnapshot')).toHaveLength(2)
    let stopped = false
    const stopping = stop().then(() => {
      stopped = true
    })
    await new Promise(setImmediate)
    expect(stopped).toBe(false)
    open()
    await stopping
  })

  it('leaves no timer, and neither does an effect that has ended', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    const before = timers()
    const effects = { Add: () => RTE.right<unknown, never, ReadonlyArray<CounterEvent>>([]) }
    const aggregates = [Aggregate.make({ ...counter, commands, effects })] as const
    const { dispatch, stop } = makeDispatcher({ store: makeMemoryStore(), aggregates })
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 0 } })
    await stop()
    expect(timers()).toBe(before)
  })
})

describe('metadata', () => {
  it('of each command stays its own, also in an append that holds several', async () => {
    const { dispatch, store, roundTrips: trips } = makeCounterDispatcher()
    await Promise.all([
      dispatch(add('a', 1), { commandId: '1', correlationId: 'r1', causationId: 'e1', user: { n: 1 } })(),
      dispatch(add('a', 1), { commandId: '2' })(),
      dispatch(add('a', 1))(),
    ])
    expect(trips().filter((name) => name === 'append')).toHaveLength(1)
    const log = await store.readLog()()
    const [first, second, third] = E.isRight(log) ? log.right.events.map(({ metadata }) => metadata) : []
    expect(first).toEqual({ correlationId: 'r1', causationId: '1', commandType: 'Add', user: { n: 1 } })
    // A command without a correlation begins one with its own id.
    expect(second).toEqual({ correlationId: '2', causationId: '2', commandType: 'Add' })
    expect(third?.correlationId).toMatch(/^[0-9A-Z]{26}$/)
    expect(third?.causationId).toBe(third?.correlationId)
  })

  it('is in the span of a dispatch, together with the outcome, also of a refusal', async () => {
    const spans: Array<unknown> = []
    const tracer = {
      span:
        <L, A>(name: string, attributes: unknown, work: TE.TaskEither<L, A>): TE.TaskEither<L, A> =>
        async () => {
          const outcome = await work()
          spans.push([name, attributes, outcome._tag])
          return outcome
        },
    }
    const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter], tracer })
    const context = { commandId: '1', correlationId: 'r', causationId: 'e' }
    expect(await dispatch(add('a', -1), context)()).toMatchObject({ left: { _tag: 'BelowZero' } })
    await dispatch(add('a', 1))()
    expect(spans).toEqual([
      ['foldlog.dispatch', { command: 'Add', stream: 'counter-a', ...context }, 'Left'],
      ['foldlog.dispatch', { command: 'Add', stream: 'counter-a' }, 'Right'],
    ])
  })
})

describe('the logger', () => {
  it('gets a line for each conflict', async () => {
    const logged: Array<unknown> = []
    const note = (message: string, facts: unknown) => void logged.push([message, facts])
    const store = makeMemoryStore()
    const other = makeDispatcher({ store, aggregates: [counter] })
    const logger = { debug: note, info: note, warn: note, error: note }
    const { dispatch } = makeDispatcher({ store, aggregates: [counter], logger })
    await dispatch(add('a', 1))()
    await other.dispatch(add('a', 1))()
    await dispatch(add('a', 1))()
    expect(logged).toEqual([
      ['version conflict; deciding commands again', { stream: 'counter-a', commands: 1, actual: 2 }],
    ])
  })
})

describe('mailboxes', () => {
  it('a stream that always has work does not block other streams', async () => {
    const { dispatch, roundTrips: trips } = makeCounterDispatcher()
    let going = true
    let rounds = 0
    const busy = async () => {
      while (going) {
        await dispatch(add('hot', 1))()
        rounds++
        await new Promise(setImmediate)
      }
    }
    const workers = Array.from({ length: 20 }, busy)
    await until(() => rounds > 20)
    expect(await dispatch(add('cold', 1))()).toMatchObject({ right: { version: 1 } })
    going = false
    await Promise.all(workers)
    expect(trips().length).toBeGreaterThan(2)
  })

  it('a stream whose mailbox was empty repeatedly is handled as the first time', async () => {
    const { dispatch, stop } = makeCounterDispatcher()
    for (let i = 1; i <= 50; i++) expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: i } })
    await stop()
  })
})
