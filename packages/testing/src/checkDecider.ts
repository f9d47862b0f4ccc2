import type { AnyCommandCodec } from '@foldlog/core'
import type * as fc from 'fast-check'
import { either as E, option as O } from 'fp-ts'
import { arbitraryCommands } from './arbitraryEvents.ts'
import type { Counterexample } from './Counterexample.ts'
import type { DeciderLike } from './DeciderLike.ts'
import type { Invariant } from './Invariant.ts'
import { deciderOf } from './internal/deciderOf.ts'
import { findShortestFailure } from './internal/findShortestFailure.ts'
import { count, readNumber, readRun } from './internal/readNumbers.ts'
import { renderScenario } from './internal/renderScenario.ts'
import { type EventCodecLike, type Failure, type History, runHistory } from './internal/runHistory.ts'
import { tryCatch } from './internal/tryCatch.ts'

/**
 * Options for the check of a decider. `commands` are single commands; the check builds histories of them. An aggregate
 * with a command codec needs none: without them the check takes `arbitraryCommands` of the codec.
 *
 * @category model
 * @since 0.1.0
 */
export interface CheckDeciderOptions<C, Ev, S, Err> {
  readonly commands?: fc.Arbitrary<C> | undefined
  /**
   * Any events, to check that `evolve` is total: they are folded into every state of the history. By default, only
   * decided events are.
   */
  readonly events?: fc.Arbitrary<Ev> | undefined
  /** Conditions that must hold after every command; a record gives them names. */
  readonly invariants?:
    | ReadonlyArray<Invariant<C, Ev, S, Err>>
    | Readonly<Record<string, Invariant<C, Ev, S, Err>>>
    | undefined
  /** The length of the longest history, in commands; 20 by default. */
  readonly maxCommands?: number | undefined
  /** The number of histories; 100 by default. */
  readonly numRuns?: number | undefined
  /** From a counterexample, to find it again. */
  readonly seed?: number | undefined
  /** From a counterexample, to find it again, and at once. */
  readonly path?: string | undefined
}

/** An aggregate, or a decider; an aggregate has the codec of its events, and perhaps that of its commands. */
type DeciderWithCodec<C, Ev, S, Err> = DeciderLike<C, Ev, S, Err> & {
  readonly events?: EventCodecLike<Ev> | undefined
  readonly commandCodec?: AnyCommandCodec | undefined
}

const commandsOf = <C>({ commandCodec }: { readonly commandCodec?: AnyCommandCodec | undefined }): fc.Arbitrary<C> => {
  if (commandCodec === undefined) throw new Error('there are no commands: give `commands`, or a command codec')
  // The codec of the aggregate makes the commands of its decider.
  return arbitraryCommands(commandCodec.codecs) as fc.Arbitrary<unknown> as fc.Arbitrary<C>
}

/**
 * Looks for a history of commands after which the decider breaks a law: {@link checkDecider} as a value. An odd number
 * among the options throws, which is a failed test.
 *
 * @category destructors
 * @since 0.1.0
 */
export const findCounterexample = <C, Ev, S, Err>(
  decider: DeciderWithCodec<C, Ev, S, Err>,
  {
    commands = commandsOf(decider),
    events,
    invariants = [],
    maxCommands,
    path,
    ...run
  }: CheckDeciderOptions<NoInfer<C>, NoInfer<Ev>, NoInfer<S>, NoInfer<Err>> = {},
): O.Option<Counterexample<C, Ev, Err>> => {
  const deciderUnderTest = {
    decider: deciderOf(decider),
    codec: decider.events,
    invariants: Object.entries(invariants),
  }
  const space = {
    commands,
    events,
    run: (history: History<C, Ev>, wanted?: Failure<C, Ev, Err>): Failure<C, Ev, Err> | undefined => {
      const ran = tryCatch(() => runHistory(deciderUnderTest, history, wanted))
      if (E.isRight(ran)) return ran.right
      // Without this, an exception of the check would look like a decider without a fault.
      const why = `the check threw ${ran.left}`
      return { law: 'CheckThrew', why, commands: history.commands, given: [], answer: undefined }
    },
  }
  const parameters = { ...readRun(run), ...(path === undefined ? {} : { path }) }
  const found = findShortestFailure(space, readNumber('maxCommands', count(20), maxCommands), parameters)
  const when = found?.failure.commands.at(-1)
  // A history has one command at least, and a failure ends with one.
  if (found === undefined || when === undefined) return O.none
  const { law, why, commands: all, given, answer } = found.failure
  return O.some({
    _tag: 'Counterexample',
    law,
    why,
    commands: all,
    given,
    when,
    answer,
    code: renderScenario(found.failure),
    seed: found.seed,
    path: found.path,
  })
}

/**
 * Checks a decider, or the decider of an aggregate, with random histories of commands. After every command
 *
 * - the invariants hold;
 * - `decide` returns an `Either` of a list of events, and `evolve` a state, not a promise;
 * - `decide` and `evolve` answer the same when they are called again, do not throw, and leave their arguments (frozen,
 *   at any depth) as they are;
 * - every decided event is encoded, decoded, and folds to the same state (of an aggregate, which has a codec).
 *
 * A failure is shrunk to the shortest history and thrown as an error. Its message is given/when/then, to be pasted into
 * a test. An error is a failed test in every test runner. {@link findCounterexample} returns the same as a value.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { checkDecider } from '@foldlog/testing'
 * import * as fc from 'fast-check'
 * import { either as E } from 'fp-ts'
 *
 * const account = {
 *   initialState: 0,
 *   evolve: (balance: number, moved: number) => balance + moved,
 *   // Mistaken: nobody looks at the balance.
 *   decide: (moved: number, _: number): E.Either<'too much', ReadonlyArray<number>> => E.right([moved]),
 * }
 * const commands = fc.constantFrom(-1, 1)
 * const invariants = { 'nobody owes anything': (balance: number) => balance >= 0 }
 *
 * try {
 *   checkDecider(account, { commands, invariants, seed: 1 })
 * } catch (error) {
 *   console.log(error instanceof Error ? error.message : error)
 * }
 * ```
 *
 * ```text
 * InvariantBroken: nobody owes anything: does not hold
 *
 * // InvariantBroken: nobody owes anything: does not hold
 * // after 1 command:
 * //   -1
 * given()
 *   .when(-1)
 *   .then(-1) // What it answers now; put here what it should.
 *
 * To find it again: { seed: 1, path: '0:1:2:1:0' }
 * ```
 */
export const checkDecider = <C, Ev, S, Err>(
  decider: DeciderWithCodec<C, Ev, S, Err>,
  options: CheckDeciderOptions<NoInfer<C>, NoInfer<Ev>, NoInfer<S>, NoInfer<Err>> = {},
): void => {
  const found = findCounterexample(decider, options)
  if (O.isNone(found)) return
  const { law, why, code, seed, path } = found.value
  throw new Error(`${law}: ${why}\n\n${code}\n\nTo find it again: { seed: ${seed}, path: '${path}' }`)
}
