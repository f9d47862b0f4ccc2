import { Aggregate, CommandCodec, type Decider } from '@foldlog/core'
import { arbitraryCommands, arbitraryEvents, checkDecider, findCounterexample, Scenario } from '@foldlog/testing'
import { describe, expect, it, jest } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E, option as O } from 'fp-ts'
import * as t from 'io-ts'
import { Count, CounterEvent, counter } from './counter.ts'

const commands = arbitraryCommands({ Count, Note: t.strict({ tags: t.array(t.string) }) })
const events = arbitraryEvents(CounterEvent)

const must = <A>(option: O.Option<A>): A => {
  if (O.isNone(option)) throw new Error('nothing was found')
  return option.value
}

const CounterCommands = CommandCodec.make({ Count, Note: t.strict({ tags: t.array(t.string) }) })

describe('an aggregate with a command codec', () => {
  const aggregate = Aggregate.make({ ...counter, commands: CounterCommands })

  it('is checked with the commands of its codec', () => {
    const seen = new Set<string>()
    checkDecider(aggregate, { invariants: [(_, { command }) => seen.add(command.type).size > 0] })
    expect([...seen].sort()).toEqual(['Count', 'Note'])
    const found = must(findCounterexample(aggregate, { invariants: [({ total }) => total < 50], seed: 1 }))
    expect(found.commands.every((command) => CounterCommands.codec.is(command))).toBe(true)
    const wanted = must(O.fromNullable(fc.sample(arbitraryCommands(CounterCommands), { seed: 1, numRuns: 1 })[0]))
    expect(CounterCommands.codec.is(wanted)).toBe(true)
  })

  it('needs commands without one', () => {
    expect(() => checkDecider(counter)).toThrow('there are no commands: give `commands`, or a command codec')
  })
})

describe('a decider that keeps every law', () => {
  it('passes', () => {
    checkDecider(counter, {
      commands,
      events,
      invariants: [({ total }) => total <= 100, (_, { events, before }) => events.length > 0 || before.total === 0],
    })
  })

  it('is checked with histories of every length up to the longest', () => {
    const lengths = new Set<number>()
    checkDecider(counter, {
      commands,
      maxCommands: 5,
      seed: 1,
      invariants: [(_, { events }) => lengths.add(events.length).size > 0],
    })
    expect(Math.max(...lengths)).toBe(5)
  })
})

/** Numbers in, numbers out; each test replaces a part with a faulty one. */
const adder = (wrong: Partial<Decider<number, number, { readonly sum: number }, string>>) => ({
  initialState: { sum: 0 },
  evolve: ({ sum }: { readonly sum: number }, n: number) => ({ sum: sum + n }),
  decide: (n: number): E.Either<string, ReadonlyArray<number>> => E.right([n]),
  ...wrong,
})
const small = fc.integer({ min: 1, max: 9 })
const look = (
  wrong: Parameters<typeof adder>[0],
  options: { readonly numRuns?: number; readonly maxCommands?: number } = {},
) => must(findCounterexample(adder(wrong), { commands: small, seed: 1, ...options }))

describe('a broken law', () => {
  it.each([
    [
      'DecideThrew',
      'decide threw RangeError: seven',
      {
        decide: (n: number) => {
          if (n === 7) throw new RangeError('seven')
          return E.right([n])
        },
      },
      [7],
    ],
    [
      'EvolveThrew',
      'evolve threw no error at all',
      {
        evolve: () => {
          throw 'no error at all'
        },
      },
      [1],
    ],
    ['DecideDiffers', 'when it was asked the same again', { decide: () => E.right([Math.random()]) }, [1]],
    ['EvolveDiffers', 'when it was asked the same again', { evolve: () => ({ sum: Math.random() }) }, [1]],
  ] as const)('is found: %s', (law, why, wrong, commands) => {
    expect(look(wrong)).toMatchObject({ law, why: expect.stringContaining(why), commands })
  })

  it.each<readonly [what: string, why: string, wrong: object]>([
    ['an async decide', 'decide must return an Either, not a promise', { decide: async (n: number) => E.right([n]) }],
    ['an async decide that rejects', 'not a promise', { decide: () => Promise.reject(new Error('late')) }],
    ['a bare list', 'decide must return an Either, not an array', { decide: (n: number) => [n] }],
    ['nothing', 'decide must return an Either, not undefined', { decide: () => undefined }],
    ['one event', 'a list of events, not 1', { decide: (n: number) => E.right(n) }],
    ['a list of nothing', 'a list of events, not undefined', { decide: () => E.right([undefined]) }],
    ['a list of promises', 'a list of events, not a promise', { decide: (n: number) => E.right([Promise.resolve(n)]) }],
    ['an async evolve', 'evolve must return a state, not a promise', { evolve: async () => ({ sum: 0 }) }],
    [
      'a tag that throws',
      'decide returned a value that throws when it is read: hidden',
      {
        decide: () =>
          Object.defineProperty({}, '_tag', {
            get: () => {
              throw new Error('hidden')
            },
          }),
      },
    ],
  ])('is found in a function that returns %s', (_what, why, wrong) => {
    expect(look(wrong)).toMatchObject({ law: 'WrongResult', why: expect.stringContaining(why), commands: [1] })
  })

  it('is found when the check itself throws, such as by a codec', () => {
    const events = {
      encode: () => {
        throw new Error('no codec')
      },
      decode: () => E.right([]),
    }
    const found = must(findCounterexample({ decider: adder({}), events }, { commands: small, seed: 1 }))
    expect(found).toMatchObject({ law: 'CheckThrew', why: 'the check threw Error: no codec', commands: [1] })
    expect(() => checkDecider({ decider: adder({}), events }, { commands: small })).toThrow('no codec')
  })

  it('is found when the answer is always the same object, modified', () => {
    const events: Array<number> = []
    const found = look({
      decide: (n) => {
        events.push(n)
        return E.right(events)
      },
    })
    expect(found.law).toBe('DecideDiffers')
  })

  it('is found in values that cannot be frozen: dates, maps and sets', () => {
    const states = {
      date: {
        initialState: new Date(0),
        evolve: (state: Date) => {
          state.setTime(Number(state) + 1)
          return new Date(0)
        },
      },
      map: {
        initialState: new Map<string, number>(),
        evolve: (state: Map<string, number>) => new Map(state.set('a', 1)),
      },
      set: { initialState: new Set<number>(), evolve: (state: Set<number>) => new Set(state.add(1)) },
    }
    for (const { initialState, evolve } of Object.values(states)) {
      const decider = { initialState, evolve, decide: (n: number) => E.right([n]) }
      // Each pair of a state and its fold fits together; the compiler sees only the union.
      const found = findCounterexample(decider as Decider<number, number, unknown, never>, { commands: small, seed: 1 })
      expect(must(found)).toMatchObject({
        law: 'ArgumentChanged',
        why: expect.stringContaining('evolve changed state'),
      })
    }
  })

  it('is found in states of any depth', () => {
    const decider = {
      initialState: { lists: [[0]] },
      evolve: (state: { readonly lists: Array<Array<number>> }, n: number) => {
        state.lists[0]?.push(n)
        return state
      },
      decide: (n: number) => E.right([n]),
    }
    expect(must(findCounterexample(decider, { commands: small, seed: 1 })).law).toBe('ArgumentChanged')
  })

  it('is found by an assertion that throws', () => {
    const found = must(
      findCounterexample(counter, {
        commands,
        seed: 1,
        invariants: { small: ({ total }) => expect(total).toBeLessThan(50) === undefined },
      }),
    )
    expect(found).toMatchObject({ law: 'InvariantBroken', why: expect.stringContaining('small: ') })
  })

  it('is found when a decision reads the clock, although the clock does not advance between two calls', () => {
    let calls = 0
    // A thousand calls in one millisecond: enough for all calls of one step.
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => Math.floor(calls++ / 1_000))
    const found = look({ decide: () => E.right([Date.now()]) }, { numRuns: 1, maxCommands: 1 })
    clock.mockRestore()
    expect(found).toMatchObject({
      law: 'DecideDiffers',
      why: expect.stringContaining('when it was asked the same a little later: decision.right[0]: expected '),
    })
  })

  it('is found by an event that was not decided', () => {
    const total = { ...counter.decider, evolve: () => ({ total: 0 }) }
    const partial = {
      ...total,
      evolve: (_: unknown, { type }: CounterEvent) => {
        if (type === 'Noted') throw new Error('noted')
        return { total: 0 }
      },
    }
    // No event is recorded while the total stays at zero.
    expect(findCounterexample(partial, { commands, seed: 1 })).toEqual(O.none)
    const found = must(findCounterexample(partial, { commands, events, seed: 1 }))
    expect(found).toMatchObject({ law: 'EvolveThrew', given: [{ type: 'Noted' }] })
    expect(found.commands).toHaveLength(1)
  })
})

describe('a counterexample', () => {
  const broken = {
    ...counter,
    decider: {
      ...counter.decider,
      decide: (...[command, state]: Parameters<typeof counter.decider.decide>) =>
        command.type === 'Count'
          ? E.right([{ type: 'Counted' as const, data: command.data }])
          : counter.decider.decide(command, state),
    },
  }
  const options = { commands, invariants: { 'at most a hundred': ({ total }: { total: number }) => total <= 100 } }
  const found = must(findCounterexample(broken, { ...options, seed: 1, numRuns: 1_000 }))

  it('is as short as possible', () => {
    expect(found.commands).toHaveLength(2)
    expect(found).toMatchObject({ law: 'InvariantBroken', why: 'at most a hundred: does not hold' })
    expect(found.commands.reduce((sum, { data }) => sum + ('by' in data ? data.by : 0), 0)).toBe(101)
  })

  it('is code that can be pasted into a test', () => {
    const [first, second] = found.commands.map(({ data }) => ('by' in data ? data.by : 0))
    const [one, other] = [first, second].map((by) => `{ by: ${by}, at: new Date('1970-01-01T00:00:00.000Z') }`)
    expect(found.code.split('\n')).toEqual([
      '// InvariantBroken: at most a hundred: does not hold',
      '// after 2 commands:',
      `//   { type: 'Count', data: ${one} }`,
      `//   { type: 'Count', data: ${other} }`,
      `given({ type: 'Counted', data: ${one} })`,
      `  .when({ type: 'Count', data: ${other} })`,
      `  .then({ type: 'Counted', data: ${other} }) // What it answers now; put here what it should.`,
    ])
  })

  it('is code that reproduces the failure', () => {
    const run = new Function('given', found.code)
    run(Scenario.decider(broken))
    // The correct decider answers otherwise.
    expect(() => run(Scenario.decider(counter))).toThrow('expected events, got error')
  })

  it('is found again by its seed and path', () => {
    const { seed, path } = found
    expect(must(findCounterexample(broken, { ...options, seed, path })).commands).toEqual(found.commands)
  })

  it('is thrown, with its code, seed and path', () => {
    expect(() => checkDecider(broken, { ...options, seed: 1, numRuns: 1_000 })).toThrow(
      new Error(
        `InvariantBroken: at most a hundred: does not hold\n\n${found.code}\n\nTo find it again: { seed: 1, path: '${found.path}' }`,
      ),
    )
  })
})
