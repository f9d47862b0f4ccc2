import { either as E } from 'fp-ts'
import type { Aggregate } from '../Aggregate.ts'
import type { AnyJointDecision } from '../AnyJointDecision.ts'
import type { Command } from '../Command.ts'
import type { Decider } from '../Decider.ts'
import type { Event } from '../Event.ts'

interface OwnedEvent {
  readonly aggregate: string
  readonly id: string
  readonly event: Event
}

type Families = Readonly<Record<string, ReadonlyMap<string, unknown>>>

type Erased = Aggregate<Command, Event, unknown, unknown>

/** `JointDecision.decider`, without types. */
export const jointDecider = (decision: AnyJointDecision): Decider<Command, OwnedEvent, Families, unknown> => {
  // Values of different aggregates are never mixed: each is kept under the name of its aggregate.
  const members = Object.entries(decision.aggregates).map(([name, one]) => [name, one as unknown as Erased] as const)
  const byName = new Map(members)
  // As above.
  const ids = decision.ids as unknown as (command: Command) => Readonly<Record<string, string>>
  // As above.
  const decide = decision.decide as unknown as (
    command: Command,
    states: Readonly<Record<string, unknown>>,
  ) => ReturnType<AnyJointDecision['decide']>

  const stateOf = (states: Families, name: string, id: string): unknown => {
    const family = states[name]
    // `undefined` may be a state; only `has` distinguishes it from an absent one.
    return family?.has(id) ? family.get(id) : byName.get(name)?.decider.initialState
  }

  const owned = (name: string, id: string, events: ReadonlyArray<Event>): ReadonlyArray<OwnedEvent> =>
    events.map((event) => ({ aggregate: name, id, event }))

  const decideJointly = (command: Command, states: Families): E.Either<unknown, ReadonlyArray<OwnedEvent>> => {
    const named = ids(command)
    const addressed = members.map(([name, { category }]) => ({ name, category, id: named[name] ?? '' }))
    if (new Set(addressed.map(({ category, id }) => `${category}-${id}`)).size < addressed.length) return E.right([])
    const own = Object.fromEntries(addressed.map(({ name, id }) => [name, stateOf(states, name, id)]))
    const decided = decide(command, own)
    if (E.isLeft(decided)) return decided
    return E.right(addressed.flatMap(({ name, id }) => owned(name, id, decided.right[name] ?? [])))
  }

  return {
    initialState: Object.fromEntries(members.map(([name]) => [name, new Map()])),
    evolve: (states, { aggregate, id, event }) => {
      const changed = byName.get(aggregate)
      if (changed === undefined) return states
      const state = changed.decider.evolve(stateOf(states, aggregate, id), event)
      // Two names may have one aggregate: both have its state.
      return Object.fromEntries(
        members.map(([name, { category }]) => {
          const family = states[name] ?? new Map()
          return [name, category === changed.category ? new Map(family).set(id, state) : family]
        }),
      )
    },
    decide: (command, states) => {
      if (decision.commands.includes(command.type)) return decideJointly(command, states)
      const member = members.find(([, { commands }]) => commands.includes(command.type))
      if (member === undefined) return E.right([])
      const [name, aggregate] = member
      const id = aggregate.id(command)
      const decided = aggregate.decider.decide(command, stateOf(states, name, id))
      return E.isLeft(decided) ? decided : E.right(owned(name, id, decided.right))
    },
  }
}
