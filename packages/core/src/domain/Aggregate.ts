import { either as E, function as F, type readerTaskEither as RTE } from 'fp-ts'
import type * as t from 'io-ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import { StreamName } from '../values/StreamName.ts'
import type { Command } from './Command.ts'
import type { Decider } from './Decider.ts'
import type { Event } from './Event.ts'
import type { EventCodec } from './EventCodec.ts'

/**
 * How to keep the state of an aggregate beside its events. `schemaVersion` is the version of the shape of the state, from 1: raise it with every
 * change of the shape or of `evolve`, and older snapshots are ignored. A snapshot is saved when `every` events have been added since the last.
 *
 * @category model
 * @since 0.1.0
 */
export interface SnapshotPolicy<S> {
  readonly schemaVersion: number
  readonly codec: t.Type<S, unknown>
  readonly every: number
}

/**
 * A decision that needs the world: it reads what it has to, then says what happens. It may run more than once for one command (after a
 * conflict), so it must not change anything.
 *
 * @category model
 * @since 0.1.0
 */
export type EffectfulDecision<Env, C, Ev, S, Err> = (
  command: C,
  state: S,
) => RTE.ReaderTaskEither<Env, Err, ReadonlyArray<Ev>>

/**
 * Effectful decisions by command type. They take the place of the decider's `decide` for those commands.
 *
 * @category model
 * @since 0.1.0
 */
export type EffectfulDecisions<Env, C extends Command, Ev, S, Err> = {
  readonly [K in C['type']]?: EffectfulDecision<Env, Extract<C, { readonly type: K }>, Ev, S, Err>
}

/**
 * A decider with what persistence needs: the category of its streams, the types of its commands (the dispatcher routes by them), the identity
 * a command is for, and the codec of its events. `Env` is what its effectful decisions ask for.
 *
 * `formerCategories` names categories that its streams had before. A stream keeps its name for good: one that began as `card-7` is read and written there, also when
 * the category is `giftCard` now, and handlers get its events with the others. New streams have the new name. Whoever still writes under the old name must have
 * ended before the first new one is made.
 *
 * @category model
 * @since 0.1.0
 */
export interface Aggregate<C extends Command, Ev extends Event, S, Err, Env = unknown> {
  readonly category: string
  readonly formerCategories?: ReadonlyArray<string>
  readonly commands: ReadonlyArray<C['type']>
  readonly id: (command: C) => string
  readonly decider: Decider<C, Ev, S, Err>
  readonly events: EventCodec<Ev>
  readonly snapshot?: SnapshotPolicy<S>
  readonly effects?: EffectfulDecisions<Env, C, Ev, S, Err>
}

/** Nothing when the list names every command type; what is missing, as a type that no list has, when it does not. */
type Exhaustive<Type extends string, List extends ReadonlyArray<Type>> = [Exclude<Type, List[number]>] extends [never]
  ? unknown
  : { readonly missing: Exclude<Type, List[number]> }

/** What all of these effectful decisions ask for together: a union of what takes each is what takes the intersection. */
type EnvIn<Effects> = {
  readonly [K in keyof Effects]-?: Effects[K] extends EffectfulDecision<infer Env, never, infer _Ev, never, infer _Err>
    ? (env: Env) => void
    : never
}[keyof Effects] extends (env: infer Env) => void
  ? Env
  : never

/** What any of these effectful decisions refuses with. */
type ErrorIn<Effects> = {
  readonly [K in keyof Effects]-?: Effects[K] extends EffectfulDecision<never, never, infer _Ev, never, infer Err>
    ? Err
    : never
}[keyof Effects]

/**
 * Makes an aggregate. `commands` must name every command type of the decider: one that is forgotten does not compile. What effectful decisions ask
 * for and refuse with is found from them.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { Aggregate, EventCodec, type EventOf } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const CountEvent = EventCodec.make({ Counted: t.strict({}) })
 * type CountEvent = EventOf<typeof CountEvent>
 * type Count = { readonly type: 'Count'; readonly data: { readonly counter: string } }
 *
 * export const counter = Aggregate.make({
 *   category: 'counter',
 *   commands: ['Count'],
 *   id: ({ data }: Count) => data.counter,
 *   decider: {
 *     initialState: 0,
 *     evolve: (count: number, _: CountEvent) => count + 1,
 *     decide: (_: Count, __: number): E.Either<never, ReadonlyArray<CountEvent>> => E.right([{ type: 'Counted', data: {} }]),
 *   },
 *   events: CountEvent,
 * })
 * ```
 */
const make = <
  C extends Command,
  Ev extends Event,
  S,
  Err,
  const Commands extends ReadonlyArray<C['type']>,
  Effects extends EffectfulDecisions<never, C, Ev, S, unknown> = Record<never, never>,
>(
  aggregate: Omit<Aggregate<C, Ev, S, Err>, 'commands' | 'effects'> & {
    readonly commands: Commands & Exhaustive<C['type'], Commands>
    readonly effects?: Effects
  },
): Aggregate<C, Ev, S, Err | ErrorIn<Effects>, EnvIn<Effects>> =>
  // Env and the second half of the errors are read off `effects` themselves; everything else is what it was.
  aggregate as Aggregate<C, Ev, S, Err | ErrorIn<Effects>, EnvIn<Effects>>

/**
 * The streams in which the events of one of them may stand: the one under its category, then those under the categories that it had before. At most one of
 * them has events.
 *
 * @category destructors
 * @since 0.1.0
 */
const candidateStreams = (
  { category, formerCategories = [] }: { readonly category: string; readonly formerCategories?: ReadonlyArray<string> },
  id: string,
): E.Either<InvalidInput, ReadonlyArray<StreamName>> =>
  F.pipe(
    [category, ...formerCategories],
    E.traverseArray((name) => StreamName.make(name, id)),
  )

/**
 * Functions on {@link Aggregate}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Aggregate = { make, candidateStreams } as const
