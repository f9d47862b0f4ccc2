import { fc } from '@fast-check/jest'
import type { Decider } from '@foldlog/core'
import { either as E } from 'fp-ts'

/** A command or an event of a table. */
export interface Message<Type extends string = string> {
  readonly type: Type
  readonly n: number
}

/** A decider whose answers are in a table, with arbitraries of all its inputs. */
export interface TableDecider<C extends string, Ev extends string> {
  readonly decider: Decider<Message<C>, Message<Ev>, string, string>
  readonly command: fc.Arbitrary<Message<C>>
  readonly event: fc.Arbitrary<Message<Ev>>
}

const numbers = [0, 1] as const

const messages = <Type extends string>(types: ReadonlyArray<Type>): ReadonlyArray<Message<Type>> =>
  types.flatMap((type) => numbers.map((n) => ({ type, n })))

const nameOf = (message: Message, state: string): string => `${message.type} ${message.n} in ${state}`

const lookUp = <A>(table: Readonly<Record<string, A>>, message: Message, state: string): A => {
  const found = table[nameOf(message, state)]
  // A decider that gets a value of another one, or an index as an argument, throws here.
  if (found === undefined) throw new Error(`nothing is known of ${nameOf(message, state)}`)
  return found
}

/**
 * Random deciders with few states. States, errors, commands and events contain the name of their decider, so that
 * values of two deciders cannot be confused; a decider throws for a message or state that is not its own.
 */
export const tableDecider = <C extends string, Ev extends string>(
  name: string,
  commandTypes: ReadonlyArray<C>,
  eventTypes: ReadonlyArray<Ev>,
): fc.Arbitrary<TableDecider<C, Ev>> => {
  const states = [0, 1, 2].map((n) => `${name} state ${n}`)
  const commands = messages(commandTypes)
  const events = messages(eventTypes)
  const state = fc.constantFrom(...states)
  const event = fc.constantFrom(...events)
  const verdict = fc.oneof(
    fc.constantFrom(`${name} no`, `${name} never`).map((error) => E.left(error)),
    fc.array(event, { maxLength: 3 }).map((decided) => E.right(decided)),
  )
  const forEach = <A>(all: ReadonlyArray<Message>, answer: fc.Arbitrary<A>) =>
    fc.record(Object.fromEntries(states.flatMap((of) => all.map((message) => [nameOf(message, of), answer] as const))))
  return fc
    .record({ initialState: state, transitions: forEach(events, state), decisions: forEach(commands, verdict) })
    .map(({ initialState, transitions, decisions }) => ({
      decider: {
        initialState,
        evolve: (at, happened) => lookUp(transitions, happened, at),
        decide: (wanted, at) => lookUp(decisions, wanted, at),
      },
      command: fc.constantFrom(...commands),
      event,
    }))
}

/** An input of a decider: a command to decide, or an event from elsewhere. */
export type Input<C, Ev> =
  | { readonly _tag: 'Decide'; readonly command: C }
  | { readonly _tag: 'Evolve'; readonly event: Ev }

/** An observation of a decider: its verdict on the input, if it was a command, and its state after it. */
export interface Seen<Ev, S, Err> {
  readonly verdict?: E.Either<Err, ReadonlyArray<Ev>>
  readonly state: S
}

export const history = <C, Ev>(
  command: fc.Arbitrary<C>,
  event: fc.Arbitrary<Ev>,
): fc.Arbitrary<ReadonlyArray<Input<C, Ev>>> =>
  fc.array(
    fc.oneof(
      command.map((wanted) => ({ _tag: 'Decide', command: wanted }) as const),
      event.map((happened) => ({ _tag: 'Evolve', event: happened }) as const),
    ),
    { maxLength: 20 },
  )

/** All observations of a decider on a history. Two deciders are equal when no history distinguishes them. */
export const observe = <C, Ev, S, Err>(
  { initialState, evolve, decide }: Decider<C, Ev, S, Err>,
  inputs: ReadonlyArray<Input<C, Ev>>,
): ReadonlyArray<Seen<Ev, S, Err>> => {
  const seen: Array<Seen<Ev, S, Err>> = [{ state: initialState }]
  let state = initialState
  for (const input of inputs) {
    if (input._tag === 'Evolve') {
      state = evolve(state, input.event)
      seen.push({ state })
    } else {
      const verdict = decide(input.command, state)
      for (const event of E.isRight(verdict) ? verdict.right : []) state = evolve(state, event)
      seen.push({ verdict, state })
    }
  }
  return seen
}

/** Maps inputs to another shape. */
export const mapInputs = <C, Ev, C2, Ev2>(
  inputs: ReadonlyArray<Input<C, Ev>>,
  command: (command: C) => C2,
  event: (event: Ev) => Ev2,
): ReadonlyArray<Input<C2, Ev2>> =>
  inputs.map((input) =>
    input._tag === 'Decide'
      ? { _tag: 'Decide', command: command(input.command) }
      : { _tag: 'Evolve', event: event(input.event) },
  )

/** Maps observations to another shape. */
export const mapSeen = <Ev, S, Err, Ev2, S2, Err2>(
  all: ReadonlyArray<Seen<Ev, S, Err>>,
  event: (event: Ev) => Ev2,
  state: (state: S) => S2,
  error: (error: Err) => Err2,
): ReadonlyArray<Seen<Ev2, S2, Err2>> =>
  all.map(({ verdict, ...seen }) => {
    const mapped = { state: state(seen.state) }
    if (verdict === undefined) return mapped
    const decided: E.Either<Err2, ReadonlyArray<Ev2>> = E.isLeft(verdict)
      ? E.left(error(verdict.left))
      : E.right(verdict.right.map((one) => event(one)))
    return { ...mapped, verdict: decided }
  })

/** A decider that records its calls: the types of commands and events, and the states. */
export const spy = <C extends Message, Ev extends Message, S, Err>(decider: Decider<C, Ev, S, Err>) => {
  const met: Array<unknown> = []
  const counts = { decided: 0, evolved: 0 }
  return {
    met: met as ReadonlyArray<unknown>,
    counts: counts as { readonly decided: number; readonly evolved: number },
    decider: {
      initialState: decider.initialState,
      evolve: (state, event) => {
        counts.evolved += 1
        met.push(event.type, state)
        return decider.evolve(state, event)
      },
      decide: (command, state) => {
        counts.decided += 1
        met.push(command.type, state)
        return decider.decide(command, state)
      },
    } satisfies Decider<C, Ev, S, Err>,
  }
}
