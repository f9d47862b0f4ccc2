import { Decider } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type { DeciderLike } from './DeciderLike.ts'
import type { Given } from './Given.ts'
import { called } from './internal/called.ts'
import { checkSent } from './internal/checkSent.ts'
import { deciderOf } from './internal/deciderOf.ts'
import { expectResult, type ScenarioInput, type ScenarioResult } from './internal/expectResult.ts'
import { ofBoundary } from './internal/ofBoundary.ts'
import { stepOf } from './internal/stepOf.ts'
import { unchanged } from './internal/unchanged.ts'
import { ofJointDecision } from './JointScenario.ts'
import type { ProcessManagerLike, SteppingProcessManagerLike } from './ProcessManagerLike.ts'
import type { ProjectionLike } from './ProjectionLike.ts'
import type { Unbranded } from './Unbranded.ts'

/**
 * The expected answer of a decider. Each function throws an error with the differences from the actual answer, which is
 * a failed test in every runner.
 *
 * - `then`: these events, all of them, in this order.
 * - `thenError`: this error.
 * - `thenNothing`: accepted, without an event.
 *
 * @category model
 * @since 0.1.0
 */
export interface DeciderOutcome<Ev, Err> {
  readonly then: (...events: ReadonlyArray<Unbranded<Ev>>) => void
  readonly thenError: (error: Unbranded<Err>) => void
  readonly thenNothing: () => void
}

/**
 * The expected view, the document of one key. `thenDeleted`: the document is gone. `thenNothing`: the document, or its
 * absence, is unchanged.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProjectionOutcome<V> {
  readonly then: (view: Unbranded<V>) => void
  readonly thenDeleted: () => void
  readonly thenNothing: () => void
}

/**
 * The expected reactions of a process manager: these, no others, in this order.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManagerOutcome<R> {
  readonly then: (...reactions: ReadonlyArray<Unbranded<R>>) => void
  readonly thenNothing: () => void
}

const report = (asked: ScenarioInput, actual: ScenarioResult) => (name: string, value: unknown) =>
  expectResult(asked, { name, value }, actual)

/**
 * Scenarios of a decider or an aggregate. The past is folded, the command is decided, and the decided events are folded
 * too: an `evolve` that throws on them fails the test. An aggregate with effectful decisions is tested by its pure
 * ones.
 *
 * @category constructors
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
const ofDecider =
  <C, Ev, S, Err>(deciderLike: DeciderLike<C, Ev, S, Err>): Given<Ev, C, DeciderOutcome<Ev, Err>> =>
  (...given) => ({
    when: (when) => {
      const pure = deciderOf(deciderLike)
      const decider = {
        ...pure,
        evolve: (state: S, event: Ev): S =>
          unchanged('state', state, () => called('evolve', () => pure.evolve(state, event))),
        decide: (command: C, state: S) => called('decide', () => pure.decide(command, state)),
      }
      // Plain types differ from the others by brands alone, and a brand does not exist at run time.
      const [past, command] = [given as ReadonlyArray<Ev>, when as C]
      const state = Decider.fold(decider)(past)
      const answer = F.pipe(
        Decider.step(decider)(command, state),
        E.match(
          (value: Err): ScenarioResult => ({ name: 'error', value }),
          ({ events }): ScenarioResult => ({ name: 'events', value: events }),
        ),
      )
      const expectThat = report({ given, when }, answer)
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the field. Awaited by mistake, it fails.
        then: (...events) => expectThat('events', events),
        thenError: (error) => expectThat('error', error),
        thenNothing: () => expectThat('events', []),
      }
    },
  })

/**
 * Scenarios of one document of a projection: events of the past, then one more, each as a handler gets it ({@link
 * recorded}). Events that do not concern the document of `key` leave it unchanged.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EventCodec } from '@foldlog/core'
 * import { Projection } from '@foldlog/subscriptions'
 * import { recorded, Scenario } from '@foldlog/testing'
 * import * as t from 'io-ts'
 *
 * const SeatEvent = EventCodec.make({ Booked: t.strict({ by: t.string }), Freed: t.strict({}) })
 * const bookings = Projection.make({
 *   name: 'bookings',
 *   from: [{ category: 'seat', events: SeatEvent }],
 *   view: t.strict({ by: t.string }),
 *   key: ({ stream }) => stream,
 *   project: (_, { event }) => (event.type === 'Booked' ? { by: event.data.by } : undefined),
 * })
 *
 * const given = Scenario.projection(bookings, 'seat-7A')
 * const of7A = { stream: 'seat-7A' }
 * const booked = recorded({ type: 'Booked', data: { by: 'Ada' } } as const, of7A)
 *
 * given().when(booked).then({ by: 'Ada' })
 * given(booked).when(recorded({ type: 'Freed', data: {} } as const, of7A)).thenDeleted()
 * ```
 */
const ofProjection =
  <V, Ev>({ key: keysOf, project }: ProjectionLike<V, Ev>, key: string): Given<Ev, Ev, ProjectionOutcome<V>> =>
  (...given) => ({
    when: (when) => {
      // As above: brands are types alone.
      const [past, event] = [given as ReadonlyArray<Ev>, when as Ev]
      const next = (view: V | undefined, one: Ev): V | undefined =>
        [called('key', () => keysOf(one))].flat().includes(key)
          ? unchanged('view', view, () => called('project', () => project(view, one, key)))
          : view
      const before = past.reduce<V | undefined>(next, undefined)
      const expectThat = report({ given, when }, { name: 'view', value: next(before, event) })
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the trade.
        then: (view) => expectThat('view', view),
        thenDeleted: () => expectThat('view', undefined),
        thenNothing: () => expectThat('view', before),
      }
    },
  })

const ends = (reaction: unknown): boolean =>
  typeof reaction === 'object' && reaction !== null && '_tag' in reaction && reaction._tag === 'End'

/**
 * Scenarios of one process of a process manager: inputs of the past, then one more, and the reactions to that one.
 * {@link happened} turns events into inputs. After an `End` in the past the process starts again. Every command is
 * encoded as the runtime does it before it sends it: one that cannot be stored fails the test, with its field.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { happened, Scenario } from '@foldlog/testing'
 *
 * type Happened = { readonly type: 'Ordered' | 'Paid'; readonly data: {} }
 * type Input = { readonly _tag: 'EventHappened'; readonly event: { readonly event: Happened } }
 *
 * const given = Scenario.processManager({
 *   initialState: 'nothing',
 *   evolve: (_: string, { event }: Input) => event.event.type,
 *   react: (state: string) => (state === 'Paid' ? ['ship'] : []),
 * })
 *
 * given(happened({ type: 'Ordered', data: {} } as const))
 *   .when(happened({ type: 'Paid', data: {} } as const))
 *   .then('ship')
 * ```
 */
function ofProcessManager<In, S, R>(
  manager: SteppingProcessManagerLike<In, S, R>,
): Given<In, In, ProcessManagerOutcome<R>>
function ofProcessManager<In, S, R>(manager: ProcessManagerLike<In, S, R>): Given<In, In, ProcessManagerOutcome<R>>
function ofProcessManager<In, S, R>(
  manager: ProcessManagerLike<In, S, R> | SteppingProcessManagerLike<In, S, R>,
): Given<In, In, ProcessManagerOutcome<R>> {
  const { to } = manager
  const initialState = 'step' in manager ? undefined : manager.initialState
  const step = stepOf(manager)
  return (...given) => ({
    when: (when) => {
      const sent = checkSent(to)
      // As above: brands are types alone.
      const [past, input] = [given as ReadonlyArray<In>, when as In]
      const unchangedStep = (earlier: S | undefined, one: In) => {
        const after = unchanged('state', earlier, () => step(earlier, one))
        return { state: after.state, reactions: sent(after.do()) }
      }
      const before = past.reduce((earlier: S | undefined, one) => {
        const { state, reactions } = unchangedStep(earlier, one)
        return reactions.some(ends) ? initialState : state
      }, initialState)
      const expectThat = report({ given, when }, { name: 'reactions', value: unchangedStep(before, input).reactions })
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the trade.
        then: (...reactions) => expectThat('reactions', reactions),
        thenNothing: () => expectThat('reactions', []),
      }
    },
  })
}

/**
 * Given, when, then: `const given = Scenario.decider(account)`, and a test is
 * `given(opened(), deposited(100)).when(withdraw(150)).thenError(overdrawn(50))`.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Scenario = {
  boundary: ofBoundary,
  decider: ofDecider,
  jointDecision: ofJointDecision,
  projection: ofProjection,
  processManager: ofProcessManager,
} as const
