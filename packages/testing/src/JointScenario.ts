import type { Command, Event, JointAggregates, JointDecision, JointEvents } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { expectResult, type ScenarioResult } from './internal/expectResult.ts'
import { unchanged } from './internal/unchanged.ts'
import type { Unbranded } from './Unbranded.ts'

/**
 * The expected answer of a joint decision. `then`: these events of each aggregate, in this order; an aggregate that is
 * absent gets none. `thenError` and `thenNothing` are those of a decider.
 *
 * @category model
 * @since 0.1.0
 */
export interface JointOutcome<As extends JointAggregates, Err> {
  readonly then: (events: Unbranded<JointEvents<As>>) => void
  readonly thenError: (error: Unbranded<Err>) => void
  readonly thenNothing: () => void
}

/**
 * The beginning of a scenario of a joint decision: the past events of each aggregate of the command.
 *
 * @category model
 * @since 0.1.0
 */
export type GivenJoint<C, As extends JointAggregates, Err> = (past?: Unbranded<JointEvents<As>>) => {
  readonly when: (command: Unbranded<C>) => JointOutcome<As, Err>
}

type ByName = Readonly<Record<string, ReadonlyArray<Event> | undefined>>

interface Foldable {
  readonly initialState: unknown
  readonly evolve: (state: unknown, event: Event) => unknown
}

/** Without the aggregates that get no events: absent, and an empty list, mean the same. */
const withEvents = (events: ByName): ByName =>
  Object.fromEntries(Object.entries(events).filter(([, own]) => own !== undefined && own.length > 0))

const linesOf = (events: ByName): ReadonlyArray<unknown> =>
  Object.entries(events).flatMap(([aggregate, own = []]) => own.map((event) => ({ aggregate, event })))

/** The states of all aggregates after events of each. Throws what `evolve` throws. */
const fold = (aggregates: JointAggregates, before: Readonly<Record<string, unknown>>, events: ByName) =>
  Object.fromEntries(
    Object.entries(aggregates).map(([name, aggregate]) => {
      // Each state meets the events under its own name.
      const { initialState, evolve } = aggregate.decider as unknown as Foldable
      const from = Object.hasOwn(before, name) ? before[name] : initialState
      const next = (state: unknown, event: Event) => unchanged('state', state, () => evolve(state, event))
      return [name, (events[name] ?? []).reduce(next, from)]
    }),
  )

/** The answer of a joint decision. A name that it does not have would lose the events. */
const answerOf = (names: ReadonlyArray<string>, decided: E.Either<unknown, ByName>): ScenarioResult => {
  if (E.isLeft(decided)) return { name: 'error', value: decided.left }
  const unknown = Object.keys(decided.right).find((name) => !names.includes(name))
  if (unknown !== undefined) throw new Error(`the decision has events of ${unknown}, and only has ${names.join(', ')}`)
  return { name: 'events', value: withEvents(decided.right) }
}

/**
 * Scenarios of a joint decision: the past events of each aggregate that the command addresses are folded, the command
 * is decided, and the decided events are folded too. `JointDecision.decider` of core makes a decider of it, for
 * scenarios with several aggregates of one kind.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ofJointDecision =
  <C extends Command, const As extends JointAggregates, Err>(
    decision: JointDecision<C, As, Err>,
  ): GivenJoint<C, As, Err> =>
  (past) => ({
    when: (command) => {
      // Plain types differ from the others by brands alone, and a brand does not exist at run time.
      const given = (past ?? {}) as unknown as ByName
      // As above.
      const asked = command as unknown as C
      const states = fold(decision.aggregates, {}, given)
      // Each state was folded by the aggregate under its name, and each event is under the name of its aggregate.
      const decide = decision.decide as unknown as (one: C, own: typeof states) => E.Either<unknown, ByName>
      const decided = decide(asked, states)
      const answer = answerOf(Object.keys(decision.aggregates), decided)
      if (E.isRight(decided)) fold(decision.aggregates, states, decided.right)
      const expectThat = (name: string, value: unknown) =>
        expectResult({ given: linesOf(given), when: command }, { name, value }, answer)
      return {
        // biome-ignore lint/suspicious/noThenProperty: the word of the field. Awaited by mistake, it fails.
        then: (events) => expectThat('events', withEvents(events as unknown as ByName)),
        thenError: (error) => expectThat('error', error),
        thenNothing: () => expectThat('events', {}),
      }
    },
  })
