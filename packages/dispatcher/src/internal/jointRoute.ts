import { type AnyJointDecision, type Command, type Event, StreamName } from '@foldlog/core'
import { rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { StreamVersion } from '../Dispatched.ts'
import type { CommandRoute, DecidedEvents } from './CommandRoute.ts'
import { checkEvents } from './checkEvents.ts'
import { type ErasedAggregate, erase } from './ErasedAggregate.ts'
import type { Target } from './Target.ts'
import { runDecision, runUserCode, wrongResult } from './userCode.ts'

/** A joint decision with erased types; see `erase`. */
interface ErasedJointDecision {
  readonly ids: (command: Command) => Readonly<Record<string, unknown>>
  readonly decide: (command: Command, states: Readonly<Record<string, unknown>>) => E.Either<unknown, unknown>
}

/** The events of a joint decision, for each aggregate. JavaScript code may return any value. */
const eventsOf = (type: string, names: ReadonlyArray<string>, decided: unknown): E.Either<unknown, DecidedEvents> => {
  const expected = `a record of lists of events, by ${names.join(', ')}`
  if (typeof decided !== 'object' || decided === null || Array.isArray(decided))
    return E.left(wrongResult(type, 'the decision', expected, decided))
  // A misspelled name would lose the events.
  const unknown = Object.keys(decided).find((name) => !names.includes(name))
  if (unknown !== undefined) return E.left(wrongResult(type, 'the decision', expected, `events of ${unknown}`))
  const all: Array<ReadonlyArray<Event>> = []
  for (const name of names) {
    const events: unknown = Reflect.get(decided, name)
    const checked = events === undefined ? E.right([]) : checkEvents(type, events)
    if (E.isLeft(checked)) return checked
    all.push(checked.right)
  }
  return E.right(all)
}

/** The versions of streams after the last of these events. */
const versionsAfter = (events: ReadonlyArray<StreamVersion>): ReadonlyArray<StreamVersion> => {
  const versions = new Map(events.map(({ stream, version }) => [stream, version]))
  return Array.from(versions, ([stream, version]) => ({ stream, version }))
}

/** The result of a command over several streams. */
export const jointResult: CommandRoute['result'] = (_, done) => {
  const events = done.events.toSorted((one, other) => one.position - other.position)
  return { ...done, events, streams: versionsAfter(events) }
}

/** The commands of a joint decision: each is decided on the states of all its aggregates. */
export const jointRoute = (decision: AnyJointDecision): CommandRoute => {
  const members = Object.entries(decision.aggregates).map(([name, aggregate]): readonly [string, ErasedAggregate] => [
    name,
    erase(aggregate),
  ])
  const names = members.map(([name]) => name)
  // Commands go to the decision of their type, and states to the aggregate under whose name they are.
  const { ids, decide } = decision as unknown as ErasedJointDecision
  return {
    name: names.join(' and '),
    targetsOf: (type, command) => {
      const named = runUserCode(type, () => Object.entries(ids(command)), 'ids')
      if (E.isLeft(named)) return named
      const byName = new Map(named.right)
      const targets: Array<Target> = []
      for (const [own, aggregate] of members) {
        // `make` refuses what is no text.
        const name = StreamName.make(aggregate.category, byName.get(own) as string)
        if (E.isLeft(name)) return name
        const same = targets.findIndex((target) => target.name === name.right)
        if (same >= 0)
          return rejectInput('ids', `must name different streams: ${names[same]} and ${own} are ${name.right}`)
        targets.push({ aggregate, name: name.right })
      }
      return E.right(targets)
    },
    decide: (command, states) => {
      const own = Object.fromEntries(names.map((name, i) => [name, states[i]]))
      const decided = runDecision(command.type, () => decide(command, own))
      return E.isLeft(decided) ? decided : eventsOf(command.type, names, decided.right)
    },
    result: jointResult,
  }
}
