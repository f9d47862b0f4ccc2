import { Decider } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type { Decides } from './Decides.ts'
import type { Given } from './Given.ts'
import { type Answer, type Asked, expectAnswer } from './internal/answer.ts'
import { deciderOf } from './internal/deciderOf.ts'
import { same } from './internal/differences.ts'
import type { Plain } from './Plain.ts'
import type { ProcessManager, ReactingProcess, Reaction } from './ProcessManager.ts'
import { type Deleted, deleted, type KeyedView, type View } from './View.ts'

/**
 * What a decider should answer. Each throws an error with the differences when it answers otherwise, which is a failed test in every runner.
 *
 * - `then`: these events, all of them, in this order.
 * - `thenError`: this refusal.
 * - `thenNothing`: accepted, without an event.
 *
 * @category model
 * @since 0.1.0
 */
export interface DeciderOutcome<Ev, Err> {
  readonly then: (...events: ReadonlyArray<Plain<Ev>>) => void
  readonly thenError: (error: Plain<Err>) => void
  readonly thenNothing: () => void
}

/**
 * What should become of a view, the document of one key. `thenNothing`: it stays as it was.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewOutcome<V> {
  readonly then: (view: Plain<V>) => void
  readonly thenDeleted: () => void
  readonly thenNothing: () => void
}

/**
 * What a process manager should do: these commands and these timers, no others, in this order; a list left out is empty.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManagerOutcome<C, T> {
  readonly then: (reaction: Reaction<Plain<C>, Plain<T>>) => void
  readonly thenNothing: () => void
}

/**
 * How a process should react: with these, no others, in this order.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReactingOutcome<R> {
  readonly then: (...reactions: ReadonlyArray<Plain<R>>) => void
  readonly thenNothing: () => void
}

const report = (asked: Asked, actual: Answer) => (name: string, value: unknown) =>
  expectAnswer(asked, { name, value }, actual)

/**
 * Scenarios of a decider or an aggregate. The past is folded, the command decided, and what was decided is folded too: an `evolve` that throws
 * on it fails the test. Of an aggregate with effectful decisions the pure ones are asked.
 *
 * @category constructors
 * @since 0.1.0
 */
const ofDecider =
  <C, Ev, S, Err>(decides: Decides<C, Ev, S, Err>): Given<Ev, C, DeciderOutcome<Ev, Err>> =>
  (...given) => ({
    when: (when) => {
      const decider = deciderOf(decides)
      // Plain types differ from the others by brands alone, and a brand does not exist at run time.
      const [past, command] = [given as ReadonlyArray<Ev>, when as C]
      const state = Decider.fold(decider)(past)
      const answer = F.pipe(
        Decider.step(decider)(command, state),
        E.match(
          (value: Err): Answer => ({ name: 'error', value }),
          ({ events }): Answer => ({ name: 'events', value: events }),
        ),
      )
      const expectThat = report({ given, when }, answer)
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the trade; and awaited by mistake, without its events, it fails.
        then: (...events) => expectThat('events', events),
        thenError: (error) => expectThat('error', error),
        thenNothing: () => expectThat('events', []),
      }
    },
  })

const isDeleted = <V>(view: V | Deleted): view is Deleted => same(view, deleted)

/**
 * Scenarios of a view: events of the past, then one more, and what the view is after it.
 *
 * @category constructors
 * @since 0.1.0
 */
const ofView =
  <V, Ev>({ initialView, evolve }: View<V, Ev>): Given<Ev, Ev, ViewOutcome<V>> =>
  (...given) => ({
    when: (when) => {
      // As above: brands are types alone.
      const [past, event] = [given as ReadonlyArray<Ev>, when as Ev]
      const next = (view: V | Deleted, one: Ev): V | Deleted => evolve(isDeleted(view) ? initialView : view, one)
      const before = past.reduce(next, initialView)
      const expectThat = report({ given, when }, { name: 'view', value: next(before, event) })
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the trade.
        then: (view) => expectThat('view', view),
        thenDeleted: () => expectThat('view', deleted),
        thenNothing: () => expectThat('view', before),
      }
    },
  })

const complete = <C, T>({ commands = [], timers = [] }: Reaction<C, T>) => ({ commands, timers })

/**
 * Scenarios of a process manager: events of the past, then one more, and what it does about that one, in the state after it.
 *
 * @category constructors
 * @since 0.1.0
 */
const ofProcessManager =
  <Ev, S, C, T>({
    initialState,
    evolve,
    react,
  }: ProcessManager<Ev, S, C, T>): Given<Ev, Ev, ProcessManagerOutcome<C, T>> =>
  (...given) => ({
    when: (when) => {
      // As above: brands are types alone.
      const [past, event] = [given as ReadonlyArray<Ev>, when as Ev]
      const state = [...past, event].reduce((before: S, one) => evolve(before, one), initialState)
      const expectThat = report({ given, when }, { name: 'reaction', value: complete(react(state, event)) })
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the trade.
        then: (reaction) => expectThat('reaction', complete(reaction)),
        thenNothing: () => expectThat('reaction', complete({})),
      }
    },
  })

const ends = (reaction: unknown): boolean =>
  typeof reaction === 'object' && reaction !== null && '_tag' in reaction && reaction._tag === 'End'

/**
 * Scenarios of a process of `@foldlog/subscriptions`, or any of its shape: inputs of the past, then one more, and the reactions to that one. After
 * an `End` in the past the process starts anew.
 *
 * @category constructors
 * @since 0.1.0
 */
const ofProcess =
  <In, S, R>({ initialState, evolve, react }: ReactingProcess<In, S, R>): Given<In, In, ReactingOutcome<R>> =>
  (...given) => ({
    when: (when) => {
      // As above: brands are types alone.
      const [past, input] = [given as ReadonlyArray<In>, when as In]
      const before = past.reduce((earlier: S, one) => {
        const state = evolve(earlier, one)
        return react(state, one).some(ends) ? initialState : state
      }, initialState)
      const expectThat = report({ given, when }, { name: 'reactions', value: react(evolve(before, input), input) })
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the trade.
        then: (...reactions) => expectThat('reactions', reactions),
        thenNothing: () => expectThat('reactions', []),
      }
    },
  })

/**
 * Scenarios of one document of a projection of `@foldlog/subscriptions`, or any of its shape: events of the past, then one more. Events that do not
 * touch the document of `key` pass it by. The events are as a handler gets them, with their envelopes.
 *
 * @category constructors
 * @since 0.1.0
 */
const ofProjection = <V, Ev>({ key: keysOf, project }: KeyedView<V, Ev>, key: string) =>
  ofView<V | Deleted, Ev>({
    initialView: deleted,
    evolve: (view, event) => {
      if (![keysOf(event)].flat().includes(key)) return view
      return project(isDeleted(view) ? undefined : view, event, key) ?? deleted
    },
  })

/**
 * Given, when, then: `const given = Scenario.decider(account)`, and a test is
 * `given(opened(), deposited(100)).when(withdraw(150)).thenError(overdrawn(50))`.
 *
 * @category namespace
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { Scenario } from '@foldlog/testing'
 * import { either as E } from 'fp-ts'
 *
 * const given = Scenario.decider({
 *   initialState: 0,
 *   evolve: (count: number, _: 'Counted') => count + 1,
 *   decide: (_: 'Count', count: number): E.Either<'enough', ReadonlyArray<'Counted'>> =>
 *     count < 2 ? E.right(['Counted']) : E.left('enough'),
 * })
 *
 * given().when('Count').then('Counted')
 * given('Counted', 'Counted').when('Count').thenError('enough')
 * ```
 */
export const Scenario = {
  decider: ofDecider,
  view: ofView,
  projection: ofProjection,
  processManager: ofProcessManager,
  process: ofProcess,
} as const
