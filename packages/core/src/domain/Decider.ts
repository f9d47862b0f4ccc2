import { either as E, function as F } from 'fp-ts'
import { type HasType, splitByType, type TypeTags } from './internal/splitByType.ts'
import type { Keyed } from './Keyed.ts'

/**
 * A domain model in three values. `evolve` folds an event into the state: a reducer, total and pure. `decide` is the
 * decision: which events a command causes in a state, or why it is refused; it is pure too.
 *
 * The shape and its algebra follow Jérémie Chassaing's "Functional Event Sourcing Decider".
 *
 * @category model
 * @since 0.1.0
 */
export interface Decider<C, Ev, S, Err> {
  readonly initialState: S
  readonly evolve: (state: S, event: Ev) => S
  readonly decide: (command: C, state: S) => E.Either<Err, ReadonlyArray<Ev>>
}

/**
 * The result of one accepted command: its events, and the state after them.
 *
 * @category model
 * @since 0.1.0
 */
export interface Step<Ev, S> {
  readonly events: ReadonlyArray<Ev>
  readonly state: S
}

/** The part of a decider that folds events. Every decider has it, whatever its commands. */
type Foldable<Ev, S> = Pick<Decider<never, Ev, S, unknown>, 'initialState' | 'evolve'>

/**
 * An optional starting state. A rest tuple, not an optional parameter: `undefined` may be a state, and would be taken
 * for "absent".
 */
type InitialState<S> = readonly [] | readonly [state: S]

/**
 * Folds events into a state, starting from the initial state or from the one given.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Decider } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 *
 * const counter: Decider<'Count', 'Counted', number, never> = {
 *   initialState: 0,
 *   evolve: (count) => count + 1,
 *   decide: () => E.right(['Counted']),
 * }
 *
 * console.log(Decider.fold(counter)(['Counted', 'Counted']))
 * console.log(Decider.fold(counter)(['Counted'], 40))
 * ```
 *
 * ```text
 * 2
 * 41
 * ```
 */
const fold =
  <Ev, S>(decider: Foldable<Ev, S>) =>
  (events: ReadonlyArray<Ev>, ...from: InitialState<S>): S =>
    // Not `events.reduce(evolve)`: reduce would hand `evolve` the index and the array as well.
    events.reduce((state, event) => decider.evolve(state, event), from.length === 0 ? decider.initialState : from[0])

/**
 * Decides a command and folds the resulting events into the state.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Decider } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 *
 * const counter: Decider<'Count', 'Counted', number, 'enough'> = {
 *   initialState: 0,
 *   evolve: (count) => count + 1,
 *   decide: (_, count) => (count < 2 ? E.right(['Counted']) : E.left('enough')),
 * }
 *
 * console.log(Decider.step(counter)('Count'))
 * console.log(Decider.step(counter)('Count', 2))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: { events: [ 'Counted' ], state: 1 } }
 * { _tag: 'Left', left: 'enough' }
 * ```
 */
const step =
  <C, Ev, S, Err>(decider: Decider<C, Ev, S, Err>) =>
  (command: C, ...from: InitialState<S>): E.Either<Err, Step<Ev, S>> => {
    const state = from.length === 0 ? decider.initialState : from[0]
    return F.pipe(
      decider.decide(command, state),
      E.map((events) => ({ events, state: fold(decider)(events, state) })),
    )
  }

/**
 * The decider without commands and events: the neutral element of {@link Decider.combine}.
 *
 * @category constructors
 * @since 0.1.0
 */
const empty: Decider<never, never, null, never> = {
  initialState: null,
  evolve: (_state, event) => event,
  decide: (command) => command,
}

/**
 * Adapts a decider to commands of another shape. Contravariant: `contramapCommand(f)` then `contramapCommand(g)` is
 * `contramapCommand(flow(g, f))`.
 *
 * @category combinators
 * @since 0.1.0
 */
const contramapCommand =
  <D, C>(f: (command: D) => C) =>
  <Ev, S, Err>(decider: Decider<C, Ev, S, Err>): Decider<D, Ev, S, Err> => ({
    ...decider,
    decide: (command, state) => decider.decide(f(command), state),
  })

/**
 * Adapts a decider to events of another shape. `from(to(event))` must equal the event.
 *
 * @category combinators
 * @since 0.1.0
 */
const imapEvent =
  <A, B>(to: (event: A) => B, from: (event: B) => A) =>
  <C, S, Err>(decider: Decider<C, A, S, Err>): Decider<C, B, S, Err> => ({
    initialState: decider.initialState,
    evolve: (state, event) => decider.evolve(state, from(event)),
    decide: (command, state) =>
      F.pipe(
        decider.decide(command, state),
        E.map((events) => events.map((event) => to(event))),
      ),
  })

/**
 * Adapts a decider to a state of another shape. `from(to(state))` must equal the state.
 *
 * @category combinators
 * @since 0.1.0
 */
const imapState =
  <A, B>(to: (state: A) => B, from: (state: B) => A) =>
  <C, Ev, Err>(decider: Decider<C, Ev, A, Err>): Decider<C, Ev, B, Err> => ({
    initialState: to(decider.initialState),
    evolve: (state, event) => to(decider.evolve(from(state), event)),
    decide: (command, state) => decider.decide(command, from(state)),
  })

/**
 * Maps the errors of a decider.
 *
 * @category combinators
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Decider } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 *
 * const counter: Decider<'Count', 'Counted', number, 'enough'> = {
 *   initialState: 0,
 *   evolve: (count) => count + 1,
 *   decide: (_, count) => (count < 2 ? E.right(['Counted']) : E.left('enough')),
 * }
 *
 * const polite = Decider.mapError((error: 'enough') => `no more, thank you: ${error}`)(counter)
 * console.log(Decider.step(polite)('Count', 2))
 * ```
 *
 * ```text
 * { _tag: 'Left', left: 'no more, thank you: enough' }
 * ```
 */
const mapError =
  <Err, Err2>(f: (error: Err) => Err2) =>
  <C, Ev, S>(decider: Decider<C, Ev, S, Err>): Decider<C, Ev, S, Err2> => ({
    ...decider,
    decide: (command, state) => F.pipe(decider.decide(command, state), E.mapLeft(f)),
  })

/**
 * Combines two deciders: it takes the commands and events of both and has the states of both. The tag of the `Either`
 * routes: `Left` goes to the first decider, `Right` to the second, and neither sees values of the other. Use {@link
 * Decider.combineByType} for plain unions.
 *
 * @category combinators
 * @since 0.1.0
 */
const combine = <C1, E1, S1, Err1, C2, E2, S2, Err2>(
  first: Decider<C1, E1, S1, Err1>,
  second: Decider<C2, E2, S2, Err2>,
): Decider<E.Either<C1, C2>, E.Either<E1, E2>, readonly [S1, S2], Err1 | Err2> => ({
  initialState: [first.initialState, second.initialState],
  evolve: ([one, two], event) =>
    E.isLeft(event) ? [first.evolve(one, event.left), two] : [one, second.evolve(two, event.right)],
  decide: (command, [one, two]): E.Either<Err1 | Err2, ReadonlyArray<E.Either<E1, E2>>> =>
    E.isLeft(command)
      ? F.pipe(
          first.decide(command.left, one),
          E.map((events) => events.map((event) => E.left(event))),
        )
      : F.pipe(
          second.decide(command.right, two),
          E.map((events) => events.map((event) => E.right(event))),
        ),
})

/**
 * Combines two deciders over plain unions: values with a tag of the first decider go to the first, all others to the
 * second. The tags of the first are given as records, so that a missing tag, or one that both share, does not compile.
 *
 * @category combinators
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Decider } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 *
 * const on = <C extends string, Ev extends string>(command: C, event: Ev) => {
 *   const one: Decider<{ readonly type: C }, { readonly type: Ev }, number, never> = {
 *     initialState: 0,
 *     evolve: (count) => count + 1,
 *     decide: () => E.right([{ type: event }]),
 *   }
 *   return one
 * }
 * const page = Decider.combineByType(on('Visit', 'Visited'), on('Like', 'Liked'), {
 *   commands: { Visit: true },
 *   events: { Visited: true },
 * })
 *
 * console.log(Decider.fold(page)([{ type: 'Visited' }, { type: 'Liked' }, { type: 'Visited' }]))
 * ```
 *
 * ```text
 * [ 2, 1 ]
 * ```
 */
const combineByType = <
  C1 extends HasType,
  E1 extends HasType,
  S1,
  Err1,
  C2 extends HasType,
  E2 extends HasType,
  S2,
  Err2,
>(
  first: Decider<C1, E1, S1, Err1>,
  second: Decider<C2, E2, S2, Err2>,
  ofFirst: { readonly commands: TypeTags<C1, C2>; readonly events: TypeTags<E1, E2> },
): Decider<C1 | C2, E1 | E2, readonly [S1, S2], Err1 | Err2> =>
  F.pipe(
    combine(first, second),
    contramapCommand(splitByType<C1, C2>(ofFirst.commands)),
    imapEvent((event: E.Either<E1, E2>): E1 | E2 => E.toUnion(event), splitByType<E1, E2>(ofFirst.events)),
  )

/**
 * Makes a family of identical deciders, one for each key. Commands and events carry the key; the state is a map of the
 * members that have had an event. Each event copies the map, so this suits families of hundreds of members; model
 * larger ones as aggregates of their own.
 *
 * @category combinators
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Decider } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 *
 * const counter: Decider<'Count', 'Counted', number, never> = {
 *   initialState: 0,
 *   evolve: (count) => count + 1,
 *   decide: () => E.right(['Counted']),
 * }
 * const counters = Decider.many<string>()(counter)
 *
 * console.log(Decider.fold(counters)([{ key: 'a', value: 'Counted' }, { key: 'b', value: 'Counted' }]))
 * ```
 *
 * ```text
 * Map(2) { 'a' => 1, 'b' => 1 }
 * ```
 */
const many =
  <K extends string | number>() =>
  <C, Ev, S, Err>(decider: Decider<C, Ev, S, Err>): Decider<Keyed<K, C>, Keyed<K, Ev>, ReadonlyMap<K, S>, Err> => {
    const member = (states: ReadonlyMap<K, S>, key: K): S => {
      const state = states.get(key)
      // `undefined` may be a state; only `has` distinguishes it from an absent one.
      // What is under the key is an S.
      return state === undefined && !states.has(key) ? decider.initialState : (state as S)
    }
    return {
      initialState: new Map(),
      evolve: (states, { key, value }) => new Map(states).set(key, decider.evolve(member(states, key), value)),
      decide: ({ key, value }, states) =>
        F.pipe(
          decider.decide(value, member(states, key)),
          E.map((events) => events.map((event) => ({ key, value: event }))),
        ),
    }
  }

/**
 * The algebra of {@link Decider}s.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Decider = {
  fold,
  step,
  empty,
  contramapCommand,
  imapEvent,
  imapState,
  mapError,
  combine,
  combineByType,
  many,
} as const
