import { describeUnknown, EventCodec } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { failOnUnhandled, odd, oddNames } from '@foldlog/test-kit'
import { findCodecProblems, findCounterexample, Scenario } from '@foldlog/testing'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

// Everything that JavaScript has goes through every function of an application that the checkers call. A test of a user
// passes, or fails with an error that names the function, and Node sees no unhandled rejection.

failOnUnhandled({ beforeEach, afterEach })

type Call = () => never

const ways: Readonly<Record<string, (value: () => never) => Call>> = {
  returned: (value) => value,
  thrown: (value) => () => {
    throw value()
  },
}

const decider = { initialState: 0, evolve: (n: number) => n + 1, decide: () => E.right(['counted']) }
const manager = { initialState: 0, evolve: (n: number) => n + 1, react: () => [] as ReadonlyArray<unknown> }
const projection = { key: () => 'a', project: () => 1 }

/** Scenarios of which one function answers oddly. */
const scenarios: Readonly<Record<string, (call: Call) => void>> = {
  decide: (call) =>
    Scenario.decider({ ...decider, decide: call })('past')
      .when('now')
      .then('counted'),
  evolve: (call) =>
    Scenario.decider({ ...decider, evolve: call })('past')
      .when('now')
      .then('counted'),
  key: (call) =>
    Scenario.projection(
      { ...projection, key: call },
      'a',
    )('past')
      .when('now')
      .then(1),
  project: (call) =>
    Scenario.projection(
      { ...projection, project: call },
      'a',
    )('past')
      .when('now')
      .then(1 as never),
  react: (call) =>
    Scenario.processManager({ ...manager, react: call })('past')
      .when('now')
      .then('reaction'),
  'evolve of a process': (call) =>
    Scenario.processManager({ ...manager, evolve: call })('past')
      .when('now')
      .then('reaction'),
  step: (call) =>
    Scenario.processManager({ initialState: 0, step: call } as never)('past')
      .when('now')
      .then('reaction'),
}

/** The message of the error that a call throws; undefined when it throws none. */
const complaintOf = (run: () => void): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    if (Object.prototype.toString.call(error) !== '[object Error]')
      throw new Error(`what is thrown is no error: ${describeUnknown(error)}`)
    // As a test runner reads it.
    const { stack, cause } = error as Error // Its tag says so.
    expect(typeof `${stack} ${cause}`).toBe('string')
    return String(Reflect.get(Object(error), 'message'))
  }
}

describe('an odd value in a scenario', () => {
  it.each(Object.keys(scenarios).flatMap((name) => Object.keys(ways).map((way) => [name, way] as const)))(
    'of %s, %s, passes or fails with an error that says so',
    (name, way) => {
      const [called = ''] = name.split(' ')
      for (const oddName of oddNames) {
        const call = ways[way]?.(() => odd(oddName))
        const message = call && complaintOf(() => scenarios[name]?.(call))
        if (message === '') throw new Error(`${oddName}: no message`)
        if (way === 'thrown' && message?.startsWith(`${called} threw: `) !== true)
          throw new Error(`${oddName}: ${message}`)
        if (/Cannot read|is not a function|is not iterable/.test(message ?? ''))
          throw new Error(`${oddName}: ${message}`)
      }
    },
  )

  it('of every kind is no decision but an Either of a list', () => {
    for (const oddName of oddNames) {
      const [first] = (complaintOf(() => scenarios['decide']?.(() => odd(oddName))) ?? '').split('\n')
      // The left is an answer, though not the expected one.
      expect(first).toMatch(
        oddName.startsWith('a left') ? /got error$/ : /^decide (must return an Either|returned a value)/,
      )
    }
  })

  it('as given, when or expected value is compared or reported', () => {
    for (const oddName of oddNames) {
      const value = odd(oddName)
      UserCode.absorb(value)
      for (const run of [
        () => Scenario.decider(decider)(value).when(value).then(value),
        () =>
          Scenario.decider({ ...decider, decide: () => E.left(value) })()
            .when('now')
            .thenError('other' as never),
        () =>
          Scenario.decider({ ...decider, decide: () => E.right([value, 1]) })()
            .when('now')
            .thenNothing(),
        () =>
          Scenario.projection({ ...projection, project: () => value }, 'a')()
            .when('now')
            .then(7 as never),
      ])
        if (complaintOf(run) === undefined) throw new Error(`${oddName}: passes`)
    }
  })
})

/** The answer of a checker, which throws nothing. */
const answer = <A>(oddName: string, check: () => A): A => {
  const found = UserCode.run('the checker', check)
  if (E.isLeft(found)) throw new Error(`${oddName}: it throws ${found.left.why}`)
  return found.right
}

describe('an odd value in a check of a codec', () => {
  const data = t.strict({ n: t.number })
  const doors: Readonly<Record<string, (call: Call) => t.Mixed>> = {
    encode: (call) => new t.Type('odd', data.is, data.validate, call),
    validate: (call) => new t.Type('odd', data.is, call, data.encode),
    is: (call) => new t.Type('odd', call as never, data.validate, data.encode),
  }
  const arbitrary = fc.record({ n: fc.integer() })
  const cases = Object.keys(doors).flatMap((door) => Object.keys(ways).map((way) => [door, way] as const))

  it.each(cases)('of %s, %s, is a problem or none, and never thrown', (door, way) => {
    for (const oddName of oddNames) {
      const call = ways[way]?.(() => odd(oddName))
      const codec = call && doors[door]?.(call)
      if (codec === undefined) throw new Error('no codec')
      const made = EventCodec.make({ Counted: codec })
      const overrides = [{ codec, arbitrary }]
      const problems = answer(oddName, () => findCodecProblems(made, { overrides, numRuns: 5 }))
      if (way === 'thrown' && door !== 'is' && problems.length === 0) throw new Error(`${oddName}: no problem`)
      for (const problem of problems) if (problem.why === '') throw new Error(`${oddName}: no reason`)
      const subject = {
        initialState: 0,
        evolve: (n: number) => n + 1,
        decide: () => E.right([{ type: 'Counted', data: { n: 1 } } as const]),
      }
      const found = answer(oddName, () =>
        findCounterexample(subject, { commands: fc.constant('count'), codec: made, numRuns: 5 } as never),
      )
      if (way === 'thrown' && door === 'encode' && found === undefined) throw new Error(`${oddName}: no counterexample`)
    }
  })
})
