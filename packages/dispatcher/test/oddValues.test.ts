import { describeUnknown, type Logger, type Tracer } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { type DispatchContext, makeDispatcher, makeDispatcherEither } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { failOnUnhandled, OddValues, odd, oddNames } from '@foldlog/test-kit'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { add, counter } from './counter.ts'

// Everything that JavaScript has goes through every door of a dispatcher: no dispatch rejects, throws or hangs, and
// Node sees no unhandled rejection, which would end the process.

/** The same as input: what becomes of a promise that the caller made is the caller's concern. */
const oddInput = (name: string): never => {
  const value = odd(name)
  UserCode.absorb(value)
  return value
}

failOnUnhandled({ beforeEach, afterEach })

type Options = Parameters<typeof makeDispatcher<[typeof counter]>>[0]

/** The option under test, as a function of the odd value that it returns, throws or is. */
type Door = (value: () => never) => Partial<Options>

const throwing = (value: () => never) => (): never => {
  throw value()
}

// A function that is seen to be async is refused when the dispatcher is made. This one returns a promise, and is not.
const rejecting = (value: () => never) => (): Promise<never> => Promise.resolve().then(value)

const logger = (call: () => never): Logger => ({ debug: call, info: call, warn: call, error: call })

/** The aggregate with other functions, contrary to the types. */
const changed = (change: object): Partial<Options> => ({ aggregates: [{ ...counter, ...change }] })

const withDecider = (change: object): Partial<Options> => changed({ decider: { ...counter.decider, ...change } })

const effects = (Add: unknown): Partial<Options> => changed({ effects: { Add } })

/** The doors for functions of the domain. Each gets a function that returns, throws or rejects with an odd value. */
const domainDoors: Readonly<Record<string, (call: () => unknown) => Partial<Options>>> = {
  decide: (decide) => withDecider({ decide }),
  evolve: (evolve) => withDecider({ evolve }),
  id: (id) => changed({ id }),
  'an effect': (effect) => effects(effect),
  'the reader of an effect': (reader) => effects(() => reader),
  'the task of an effect': (task) => effects(() => () => task),
}

const serviceDoors: Readonly<Record<string, Door>> = {
  'a clock': (value) => ({ clock: value }),
  'a clock that throws': (value) => ({ clock: throwing(value) }),
  'a random': (value) => ({ random: value }),
  'a random that throws': (value) => ({ random: throwing(value) }),
  'a logger that throws': (value) => ({ logger: logger(throwing(value)) }),
  'a logger that rejects': (value) => ({ logger: logger(rejecting(value) as never) }),
  'a tracer': (value) => ({ tracer: { span: value } as Tracer }),
  'a tracer that throws': (value) => ({ tracer: { span: throwing(value) } }),
  'a tracer whose task throws': (value) => ({ tracer: { span: () => throwing(value) } }),
  'a tracer whose task rejects': (value) => ({ tracer: { span: () => rejecting(value) } }),
  'a tracer whose task answers something else': (value) => ({ tracer: { span: () => async () => value() } }),
  'a retry policy': (value) => ({ retry: value }),
  'a retry policy that throws': (value) => ({ retry: throwing(value) }),
}

/** The outcome of work, or a text when it throws, rejects or hangs. Jest itself cannot show every reason. */
const outcomeOf = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    return await Promise.race([work(), new Promise((resolve) => setTimeout(resolve, 5_000, 'it hangs'))])
  } catch (cause) {
    return `it throws ${describeUnknown(cause)}`
  }
}

const isEither = (outcome: unknown): boolean => {
  const tag: unknown = Reflect.get(Object(outcome), '_tag')
  return tag === 'Left' || tag === 'Right'
}

/** A cache reserves its memory at once, and each odd value gets two dispatchers. */
const cache = 10

const started = (options: Partial<Options>) => {
  const store = makeMemoryStore()
  const numbers = { limits: { effectTimeout: 50 }, cache }
  return { store, ...makeDispatcher({ store, aggregates: [counter], ...numbers, ...options }) }
}

describe('an odd value from the domain code', () => {
  const ways: Readonly<Record<string, (value: () => never) => () => unknown>> = {
    returned: (value) => value,
    thrown: throwing,
    'rejected by a promise': rejecting,
  }
  const cases = Object.keys(domainDoors).flatMap((door) => Object.keys(ways).map((way) => [door, way] as const))

  it.each(cases)('of %s, %s, is an error of its command alone', async (door, way) => {
    for (const name of oddNames) {
      const call = ways[way]?.(() => odd(name)) ?? (() => undefined)
      const { dispatch, load, stop, store } = started(domainDoors[door]?.(call) ?? {})
      const outcome = await outcomeOf(dispatch(add('a', 1)))
      if (!isEither(outcome)) throw new Error(`${name}: ${outcome}`)
      // Another dispatcher on the same store, with the code as it should be: nothing is left half done.
      const other = makeDispatcher({ store, aggregates: [counter], cache })
      expect(await other.dispatch(add('b', 1))()).toMatchObject({ right: { version: 1 } })
      const loaded = await outcomeOf(load(counter, 'a'))
      if (!isEither(loaded)) throw new Error(`${name}: ${loaded}`)
      await stop()
    }
  })

  it('names the function and what it must return', async () => {
    const whyOf = async (options: Partial<Options>): Promise<unknown> => {
      const outcome = await started(options).dispatch(add('a', 1))()
      return E.isLeft(outcome) ? Reflect.get(Object(outcome.left), 'why') : outcome
    }
    const late = () => Promise.resolve(E.right([]))
    expect(await whyOf(withDecider({ decide: late }))).toBe('decide must return an Either, not a promise')
    expect(await whyOf(withDecider({ decide: () => undefined }))).toBe('decide must return an Either, not undefined')
    expect(await whyOf(withDecider({ decide: () => E.right({ type: 'Added' }) }))).toBe(
      'the decision must return a list of events, not an object',
    )
    expect(await whyOf(withDecider({ decide: () => E.right([undefined]) }))).toBe(
      'the decision must return a list of events, not undefined',
    )
    expect(await whyOf(withDecider({ evolve: () => Promise.resolve(0) }))).toBe(
      'evolve must return a value, not a promise',
    )
    expect(await whyOf(changed({ id: () => Promise.resolve('a') }))).toBe('id must return a value, not a promise')
    expect(await whyOf(effects(late))).toBe('the effect must return a TaskEither, not a promise')
    expect(await whyOf(effects(() => late))).toBe('the effect must return a TaskEither, not a promise')
    expect(await whyOf(effects(() => () => async () => undefined))).toBe(
      'the task of the effect must return an Either, not undefined',
    )
  })
})

describe('an odd service', () => {
  it.each(Object.keys(serviceDoors))('%s changes no result', async (door) => {
    for (const name of oddNames) {
      const { dispatch, load, stop } = started(serviceDoors[door]?.(() => odd(name)) ?? {})
      const outcomes = await Promise.all([1, 2, 3].map((by) => outcomeOf(dispatch(add('a', by)))))
      if (!outcomes.every((one) => E.isRight(one as E.Either<unknown, unknown>)))
        throw new Error(`${name}: ${outcomes}`)
      expect(await load(counter, 'a')()).toMatchObject({ right: { state: { value: 6 }, version: 3 } })
      await stop()
    }
  })
})

describe('odd input', () => {
  const fields: ReadonlyArray<keyof DispatchContext> = [
    'commandId',
    'correlationId',
    'causationId',
    'user',
    'expected',
    'history',
    'signal',
    'awaitHandlers',
  ]

  it('of a command or its context is an error, or does nothing', async () => {
    const { dispatch, load, stop } = started({})
    for (const name of oddNames) {
      const work = [
        dispatch(oddInput(name)),
        dispatch({ type: oddInput(name), data: oddInput(name) } as never),
        dispatch({ type: 'Add', data: oddInput(name) }),
        dispatch({ type: 'Note', data: { id: oddInput(name), text: oddInput(name) } }),
        dispatch(add('a', 1), oddInput(name)),
        ...fields.map((field) => dispatch(add('a', 1), { [field]: oddInput(name) })),
        load(oddInput(name), 'a'),
        load(counter, oddInput(name)),
      ]
      for (const [i, one] of work.entries()) {
        const outcome = await outcomeOf(one)
        if (!isEither(outcome)) throw new Error(`${name}: the outcome ${i}: ${outcome}`)
      }
    }
    await stop()
  })

  it('of numbers is refused with its name', () => {
    const numbers = { ...OddValues, zero: () => 0 }
    for (const [name, value] of Object.entries(numbers)) {
      if (name === 'undefined') continue
      for (const limit of ['batchSize', 'maxWaiting', 'effectTimeout', 'cache']) {
        const made = value() as never
        UserCode.absorb(made)
        const options = limit === 'cache' ? { cache: made } : { limits: { [limit]: made } }
        const built = makeDispatcherEither({ store: makeMemoryStore(), aggregates: [counter], ...options })
        if (name === '2 ** 48' && limit === 'maxWaiting') continue
        const text = E.isLeft(built) ? built.left.problems.join() : ''
        if (!text.includes(`${limit} must be an integer from 1 `)) throw new Error(`${limit}, ${name}: ${text}`)
      }
    }
  })

  it('an explicit undefined is the default', async () => {
    const limits = { batchSize: undefined, maxWaiting: undefined, effectTimeout: undefined } as never
    const { dispatch } = started({ limits, cache: undefined as never })
    expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: 1 } })
  })
})

describe('random numbers and clocks', () => {
  it('at their limits give ids', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(0, 0.5, 0.99, 1 - 2 ** -53, 1, -1, Number.NaN),
        fc.constantFrom(0, -1, 2 ** 48 - 1, 2 ** 48, 2 ** 53, 8.64e15, Number.NaN, Number.POSITIVE_INFINITY),
        async (random, clock) => {
          const { dispatch } = started({ clock: () => clock, random: () => random })
          for (let i = 1; i <= 3; i++)
            expect(await dispatch(add('a', 1))()).toMatchObject({ right: { version: i, duplicate: false } })
        },
      ),
    )
  })

  it('that two dispatchers share give their commands ids of their own', async () => {
    const store = makeMemoryStore()
    const options = { store, aggregates: [counter] as const, clock: () => 1_700_000_000_000, random: () => 0.5 }
    const processes = [makeDispatcher(options), makeDispatcher(options)]
    for (const { dispatch } of processes)
      expect(await dispatch(add('a', 1))()).toMatchObject({ right: { duplicate: false } })
    expect(await processes[0]?.load(counter, 'a')()).toMatchObject({ right: { state: { value: 2 }, version: 2 } })
  })
})

describe('an AbortSignal', () => {
  it('that many commands share gives no warning of a leak', async () => {
    const warnings: Array<unknown> = []
    const onWarning = (warning: unknown): void => {
      warnings.push(warning)
    }
    process.on('warning', onWarning)
    try {
      const { dispatch } = started({})
      const { signal } = new AbortController()
      await Promise.all(Array.from({ length: 50 }, (_, i) => dispatch(add(`${i}`, 1), { signal })()))
      // Node reports warnings after the microtasks of a turn.
      await new Promise((resolve) => setTimeout(resolve, 0))
      expect(warnings).toEqual([])
    } finally {
      process.off('warning', onWarning)
    }
  })
})
