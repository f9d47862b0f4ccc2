import { describeUnknown, type Logger } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  BatchHandler,
  EventHandler,
  FailurePolicy,
  makeHandlerRuntime,
  ParkedEvent,
  ProcessManager,
  Projection,
  Reaction,
  type RuntimeOptions,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { OddValues, oddNames } from '@foldlog/test-kit'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { added, append, right, startRuntime, type ThingEvent, tables, things, until } from './fixtures.ts'

// Everything that JavaScript has goes through every door of every kind of handler. An event that the user's code cannot
// handle is parked, the next one is handled, and Node sees no unhandled rejection, which would end the process.

const odd = (name: string): never => OddValues[name]?.() as never

/** The same for a look at it. */
const oddInput = (name: string): unknown => {
  const value: unknown = odd(name)
  UserCode.absorb(value)
  return value
}

let unhandled = 0
const onUnhandled = (): void => {
  unhandled++
}
// Jest's own listener reads the reason of a rejection, which throws here.
const jestListeners = process.listeners('unhandledRejection')

beforeEach(() => {
  unhandled = 0
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', onUnhandled)
})
afterEach(async () => {
  // Node reports unhandled rejections after the microtasks of a turn.
  await new Promise((resolve) => setTimeout(resolve, 0))
  process.off('unhandledRejection', onUnhandled)
  for (const listener of jestListeners) process.on('unhandledRejection', listener)
  expect(unhandled).toBe(0)
})

const limits = { leaseTime: 2_000, pollInterval: 50, idleCommitInterval: 2, stopTimeout: 500 }
const name = 'odd'
const onFailure = FailurePolicy.make('park', limitRetries(0))
const common = { name, from: [things] as const, start: 'origin', onFailure } as const

type Handler = RuntimeOptions['handlers'][number]
type Recorded = { readonly event: ThingEvent }

/** Odd things happen to events of streams whose number is odd; the others are handled as they should be. */
const isOdd = ({ event }: Recorded): boolean => event.type === 'Added' && event.data.n % 2 === 1

type OddCall = (...input: ReadonlyArray<unknown>) => never

/** A handler with one function that answers odd values. */
type Door = (call: OddCall, store: ReturnType<typeof makeMemoryStore>) => Handler

const doors: Readonly<Record<string, Door>> = {
  'an event handler': (call) =>
    EventHandler.make({ ...common, handle: (one) => (isOdd(one) ? call() : TE.right(undefined)) }),
  'the task of an event handler': (call) =>
    EventHandler.make({ ...common, handle: (one) => (isOdd(one) ? call : TE.right(undefined)) }),
  'the lane of an event handler': (call) =>
    EventHandler.make({ ...common, lane: (one) => (isOdd(one) ? call() : 'lane'), handle: () => TE.right(undefined) }),
  'a batch handler': (call) =>
    BatchHandler.make({ ...common, handle: (all) => (all.some(isOdd) ? call() : TE.right(undefined)) }),
  'the task of a batch handler': (call) =>
    BatchHandler.make({ ...common, handle: (all) => (all.some(isOdd) ? call : TE.right(undefined)) }),
  'a transactional handler': (call, store) =>
    TransactionalHandler.make({
      ...common,
      transactions: tables(store).transactions,
      handle: (_, all) => (all.some(isOdd) ? call() : TE.right(undefined)),
    }),
  'the key of a projection': (call) =>
    Projection.make({ ...common, view: t.number, key: (one) => (isOdd(one) ? call() : 'key'), project: () => 1 }),
  'the view of a projection': (call) =>
    Projection.make({
      ...common,
      view: t.number,
      key: ({ stream }) => stream,
      project: (_, one) => (isOdd(one) ? call() : 1),
    }),
  'the key of a process': (call) => processManager({ key: (one: Recorded) => (isOdd(one) ? call() : 'key') }),
  'the state of a process': (call) =>
    processManager({ evolve: (_: number, { event }: { readonly event: Recorded }) => (isOdd(event) ? call() : 1) }),
  'the reactions of a process': (call) =>
    processManager({ react: (_: number, { event }: { readonly event: Recorded }) => (isOdd(event) ? call() : []) }),
  'the retries of a failure policy': (call) => failing({ retry: call, verdict: () => 'park' }),
  'the verdict of a failure policy': (call) => failing({ retry: limitRetries(0), verdict: call }),
  'a reaction of a process': (call) =>
    processManager({ react: (_: number, { event }: { readonly event: Recorded }) => (isOdd(event) ? [call()] : []) }),
}

/** A handler that fails on odd things, with a policy of its own. */
const failing = (policy: FailurePolicy): Handler =>
  EventHandler.make({
    ...common,
    onFailure: policy,
    handle: (one) => (isOdd(one) ? TE.left('no') : TE.right(undefined)),
  })

const processManager = (change: object): Handler =>
  ProcessManager.make({
    ...common,
    key: ({ stream }) => stream,
    state: t.number,
    initialState: 0,
    evolve: (n) => n + 1,
    react: () => [],
    ...change,
  })

const ways: Readonly<Record<string, (value: () => never) => OddCall>> = {
  returned: (value) => value,
  thrown: (value) => () => {
    throw value()
  },
  // An `async` function in place of another one, which fits no type.
  'rejected by an async function': (value) =>
    (async () => {
      throw value()
    }) as never,
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.length < 512 && value !== '\ud800'

const isRight = (value: unknown): boolean => Reflect.get(Object(value), '_tag') === 'Right'

/** What some doors accept, contrary to its look. */
const accepted: Readonly<Record<string, (value: unknown) => boolean>> = {
  'the task of an event handler': isRight,
  'the task of a batch handler': isRight,
  'the lane of an event handler': isText,
  'the key of a projection': (value) => isText(value) || Symbol.iterator in Object(value),
  'the key of a process': (value) => value === undefined || isText(value),
  'the view of a projection': (value) => value === undefined || Number.isFinite(value),
  'the state of a process': (value) => Number.isFinite(value),
  'the reactions of a process': (value) => Array.isArray(value) && value.length === 0,
}

const errorLogs = (): { readonly logger: Logger; readonly lines: Array<string> } => {
  const lines: Array<string> = []
  const ignore = (): void => {}
  const error = (message: string, facts: object): void => void lines.push(`${message} ${describeUnknown(facts)}`)
  return { logger: { debug: ignore, info: ignore, warn: ignore, error }, lines }
}

describe('an odd value', () => {
  const cases = Object.keys(doors).flatMap((door) => Object.keys(ways).map((way) => [door, way] as const))

  it.each(cases)('of %s, %s, parks its event and no other', async (door, way) => {
    const { logger } = errorLogs()
    for (const oddName of oddNames) {
      const store = makeMemoryStore()
      const call = ways[way]?.(() => odd(oddName))
      const made = call && doors[door]?.(call, store)
      if (made === undefined) throw new Error(`there is no door ${door}`)
      const runtime = makeHandlerRuntime({ store, handlers: [made], limits, logger, dispatch: () => TE.right(0) })
      await startRuntime(runtime)
      const first = await append(store, 1, added(1))
      const last = await append(store, 2, added(2))
      const reached = await runtime.waitFor([name], last, 5_000)()
      const status = right(await runtime.status()).handlers[0]
      if (E.isLeft(reached)) throw new Error(`${oddName}: ${describeUnknown(reached.left)} ${describeUnknown(status)}`)
      const parked = right(await ParkedEvent.list(store, name)())
      await runtime.stop()
      // Values that refuse every look are accepted nowhere.
      const fits = UserCode.run('accepted', () => accepted[door]?.(oddInput(oddName)) === true)
      const mayPass = way === 'returned' && E.isRight(fits) && fits.right
      if (!mayPass && parked.map(({ position }) => position).join() !== `${first}`)
        throw new Error(`${oddName}: ${parked.length} parked`)
      if (parked.some(({ why }) => why === '')) throw new Error(`${oddName}: no reason`)
    }
  })

  it('of a handler is named in the reason that is kept', async () => {
    const reasonOf = async (door: string, call: () => unknown): Promise<string | undefined> => {
      const store = makeMemoryStore()
      const made = doors[door]?.(call as never, store)
      const runtime = makeHandlerRuntime({ store, handlers: made ? [made] : [], limits, dispatch: () => TE.right(0) })
      await startRuntime(runtime)
      right(await runtime.waitFor([name], await append(store, 1, added(1)), 5_000)())
      const [parked] = right(await ParkedEvent.list(store, name)())
      await runtime.stop()
      return parked?.why
    }
    const late = () => Promise.resolve(E.right(undefined))
    const promise = 'must return a TaskEither, not a promise'
    expect(await reasonOf('an event handler', late)).toBe(`the handler threw: handle ${promise}`)
    expect(await reasonOf('a batch handler', late)).toBe(`the handler threw: handle ${promise}`)
    expect(await reasonOf('a transactional handler', late)).toBe(`the handler threw: handle ${promise}`)
    expect(await reasonOf('the task of an event handler', async () => undefined)).toBe(
      'the handler threw: the task of handle must return an Either, not undefined',
    )
    expect(await reasonOf('the view of a projection', async () => 1)).toBe(
      'the handler threw: project must return a value, not a promise',
    )
    expect(await reasonOf('the key of a projection', async () => 'a')).toBe(
      'the handler threw: key must return a value, not a promise',
    )
    expect(await reasonOf('the state of a process', async () => 1)).toBe(
      'the handler threw: evolve must return a value, not a promise',
    )
    expect(await reasonOf('the reactions of a process', async () => [])).toBe(
      'the handler threw: react must return a value, not a promise',
    )
    expect(await reasonOf('a reaction of a process', () => undefined)).toContain(
      'must be send, schedule, cancel or end',
    )
  })

  it('of a handler that fails keeps the facts of the error', async () => {
    const reasonOf = async (error: unknown): Promise<string | undefined> => {
      const store = makeMemoryStore()
      const handler = EventHandler.make({ ...common, handle: () => TE.left(error) })
      const runtime = makeHandlerRuntime({ store, handlers: [handler], limits })
      await startRuntime(runtime)
      right(await runtime.waitFor([name], await append(store, 1, added(1)), 5_000)())
      const [parked] = right(await ParkedEvent.list(store, name)())
      await runtime.stop()
      return parked?.why
    }
    const refused = Object.assign(new TypeError('the mail was refused'), { code: 'EMAIL' })
    const thrown = await TE.tryCatch(() => Promise.reject(refused), E.toError)()
    expect(await reasonOf(E.isLeft(thrown) ? thrown.left : undefined)).toBe(
      'the handler returned TypeError: the mail was refused (EMAIL)',
    )
    expect(await reasonOf({ _tag: 'NotSent', cause: new Error('no route', { cause: refused }) })).toBe(
      'the handler returned {"_tag":"NotSent","cause":"no route; caused by TypeError: the mail was refused (EMAIL)"}',
    )
  })
})

describe('an odd answer of dispatch', () => {
  /** Sends one command for each event, and answers it oddly. */
  const sending = async (dispatch: () => unknown) => {
    const store = makeMemoryStore()
    const manager = processManager({ react: () => [Reaction.send({ type: 'Note', data: null })] })
    const options = { store, handlers: [manager], dispatch: dispatch as never, limits }
    const runtime = makeHandlerRuntime(options)
    await startRuntime(runtime)
    await append(store, 1, added(1))
    const commands = async () => right(await store.listDocuments({ name, kind: 'command' })()).documents.length
    const statusOf = async () => right(await runtime.status()).handlers[0]
    return { runtime, commands, statusOf }
  }

  /** A right is an answer, whatever is in it. */
  const answers = oddNames.filter((one) => {
    const answer = UserCode.run('answer', () => isRight(oddInput(one)))
    return E.isLeft(answer) || !answer.right
  })

  it('keeps the command, which is sent again', async () => {
    for (const oddName of answers) {
      for (const dispatch of [() => odd(oddName), () => async () => odd(oddName)]) {
        let calls = 0
        const counted = (): unknown => {
          calls++
          return calls > 1 ? TE.right(0) : dispatch()
        }
        const { runtime, commands } = await sending(counted)
        await until(async () => calls > 1 && (await commands()) === 0)
        expect(calls).toBe(2)
        await runtime.stop()
      }
    }
  })
})

describe('an odd service', () => {
  const throwing = (value: () => never) => (): never => {
    throw value()
  }
  const logger = (call: () => never): Logger => ({ debug: call, info: call, warn: call, error: call })
  const services: Readonly<Record<string, (value: () => never) => Partial<RuntimeOptions>>> = {
    'a clock': (value) => ({ clock: value }),
    'a clock that throws': (value) => ({ clock: throwing(value) }),
    'a random': (value) => ({ random: value }),
    'a random that throws': (value) => ({ random: throwing(value) }),
    'a logger that throws': (value) => ({ logger: logger(throwing(value)) }),
    'a logger that rejects': (value) => ({ logger: logger(value) }),
  }

  it.each(Object.keys(services))('%s changes nothing for the handlers', async (service) => {
    for (const oddName of oddNames) {
      const store = makeMemoryStore()
      const handler = EventHandler.make({ ...common, handle: (one) => (isOdd(one) ? TE.left('odd') : TE.right(0)) })
      const runtime = makeHandlerRuntime({
        store,
        handlers: [handler],
        limits,
        ...services[service]?.(() => odd(oddName)),
      })
      await startRuntime(runtime)
      await append(store, 1, added(1))
      right(await runtime.waitFor([name], await append(store, 2, added(2)), 5_000)())
      expect(right(await ParkedEvent.list(store, name)())).toHaveLength(1)
      await runtime.stop()
    }
  })
})

describe('odd numbers among the options', () => {
  const handler = EventHandler.make({ ...common, handle: () => TE.right(undefined) })
  const numbers = { ...OddValues, zero: () => 0 }

  it.each([
    'leaseTime',
    'pollInterval',
    'idleCommitInterval',
    'stopTimeout',
    'pageSize',
    'batchSize',
    'openAppendWarning',
  ])('of limits.%s are refused by start, and nothing runs', async (limit) => {
    for (const [oddName, make] of Object.entries(numbers)) {
      const value = make()
      UserCode.absorb(value)
      if (value === undefined || (limit === 'stopTimeout' && value === 0)) continue
      if (limit === 'batchSize' && oddName === '2 ** 48') continue
      const runtime = makeHandlerRuntime({
        store: makeMemoryStore(),
        handlers: [handler],
        limits: { [limit]: value } as never,
      })
      expect(await runtime.start()).toMatchObject({
        left: { _tag: 'InvalidInput', what: `limits.${limit}`, why: expect.stringContaining('must be an integer') },
      })
      await runtime.stop()
    }
  })

  it('that are undefined are the defaults', async () => {
    const none = { leaseTime: undefined, pollInterval: undefined, batchSize: undefined, stopTimeout: undefined }
    const store = makeMemoryStore()
    const runtime = makeHandlerRuntime({ store, handlers: [handler], limits: none as never })
    await startRuntime(runtime)
    right(await runtime.waitFor([name], await append(store, 1, added(1)), 5_000)())
    await runtime.stop()
  })
})

describe('two runtimes with the same clock and random numbers', () => {
  it('are two members, and each event is handled once', async () => {
    const store = makeMemoryStore()
    const seen: Array<number> = []
    const handler = EventHandler.make({
      ...common,
      partitions: 4,
      handle: ({ position }) => TE.fromIO(() => void seen.push(position)),
    })
    const options = { store, handlers: [handler], limits, clock: () => 1_700_000_000_000, random: () => 0.5 }
    const runtimes = [makeHandlerRuntime(options), makeHandlerRuntime(options)]
    for (const runtime of runtimes) await startRuntime(runtime)
    const leases = async () => right(await store.handlerStatuses())[0]?.partitions.map(({ holder }) => holder)
    await until(async () => new Set(await leases()).size === 2)
    let last = 0
    for (let i = 0; i < 20; i++) last = await append(store, i, added(2))
    for (const runtime of runtimes) right(await runtime.waitFor([name], last, 5_000)())
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    for (const runtime of runtimes) await runtime.stop()
  })
})
