import type { Logger } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  EventHandler,
  makeHandlerRuntime,
  ParkedEvent,
  pull,
  Reaction,
  type RuntimeOptions,
} from '@foldlog/subscriptions'
import { failOnUnhandled, OddValues, odd, oddNames } from '@foldlog/test-kit'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { added, append, right, startRuntime, until } from './fixtures.ts'
import { common, doors, isOdd, isRight, limits, name, oddInput, processManager } from './oddHandlers.ts'

// Everything that JavaScript has goes through every door of every kind of handler. An event that the user's code cannot
// handle is parked, the next one is handled, and Node sees no unhandled rejection, which would end the process.

failOnUnhandled({ beforeEach, afterEach })

describe('an odd value', () => {
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

describe('an odd logger of a pull subscription', () => {
  const loggers: Readonly<Record<string, (value: () => never) => Logger | undefined>> = {
    'that is one itself': (value) => {
      UserCode.absorb(value())
      return value()
    },
    'that returns one': (value) => ({ debug: value, info: value, warn: value, error: value }),
    'that throws one': (value) => {
      const call = () => {
        throw value()
      }
      return { debug: call, info: call, warn: call, error: call }
    },
  }

  it.each(Object.keys(loggers))('%s changes nothing', async (kind) => {
    for (const oddName of oddNames) {
      const made = odd(oddName)
      UserCode.absorb(made)
      const store = makeMemoryStore()
      const position = await append(store, 1, added(1))
      const logger = loggers[kind]?.(kind === 'that is one itself' ? () => made : () => odd(oddName))
      const pulled = pull({ store, name: 'pulled', logger })
      const { value } = await pulled.next()
      expect([oddName, value]).toMatchObject([oddName, { right: { event: { position } } }])
      if (value !== undefined && E.isRight(value)) value.right.ack()
      await pulled.return()
      expect(right(await store.checkpoints(['pulled'])()).positions['pulled']).toBe(position)
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
