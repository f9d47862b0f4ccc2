import { either as E, function as F, type readerTaskEither as RTE } from 'fp-ts'
import type * as t from 'io-ts'
import type { InvalidInput } from '../values/InvalidInput.ts'
import { StreamName } from '../values/StreamName.ts'
import type { Command } from './Command.ts'
import type { CommandCodec } from './CommandCodec.ts'
import type { Decider } from './Decider.ts'
import type { Event } from './Event.ts'
import type { EventCodec } from './EventCodec.ts'

/**
 * When to save a snapshot of an aggregate's state, and how to encode it. `schemaVersion` is the version of the state's
 * shape, from 1: raise it with every change of the shape or of `evolve`, and older snapshots are ignored. A snapshot is
 * saved when `every` events have been added since the last.
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
 * A decision that needs I/O: it reads what it needs from `Env`, then returns events or an error. It may run more than
 * once for one command (after a conflict), so it must not change anything.
 *
 * @category model
 * @since 0.1.0
 */
export type EffectfulDecision<Env, C, Ev, S, Err> = (
  command: C,
  state: S,
) => RTE.ReaderTaskEither<Env, Err, ReadonlyArray<Ev>>

/**
 * Effectful decisions by command type. For these commands they replace the decider's `decide`.
 *
 * @category model
 * @since 0.1.0
 */
export type EffectfulDecisions<Env, C extends Command, Ev, S, Err> = {
  readonly [K in C['type']]?: EffectfulDecision<Env, Extract<C, { readonly type: K }>, Ev, S, Err> | undefined
}

/**
 * A decider with everything that persistence needs: the category of its streams, its command types (the dispatcher
 * routes by them), the id that a command addresses, and the codec of its events. With the codec of its commands,
 * process managers can send it any command, and not only those that are JSON. `Env` is the environment of its
 * effectful decisions.
 *
 * `formerCategories` names earlier categories of its streams. A stream keeps its name forever: one that began as
 * `card-7` is still read and written there when the category is `giftCard` now, and handlers get its events with the
 * others. New streams have the new name. Every process that writes under the old name must have ended before the first
 * stream under the new name is created.
 *
 * @category model
 * @since 0.1.0
 */
export interface Aggregate<C extends Command, Ev extends Event, S, Err, Env = unknown> {
  readonly category: string
  readonly formerCategories?: ReadonlyArray<string> | undefined
  readonly commands: ReadonlyArray<C['type']>
  readonly commandCodec?: CommandCodec<C> | undefined
  readonly id: (command: C) => string
  readonly decider: Decider<C, Ev, S, Err>
  readonly events: EventCodec<Ev>
  readonly snapshot?: SnapshotPolicy<S> | undefined
  readonly effects?: EffectfulDecisions<Env, C, Ev, S, Err> | undefined
}

/**
 * No constraint when the list names every command type; otherwise a `missing` property that no list has, whose type is
 * the missing command types.
 */
type Exhaustive<Type extends string, List extends ReadonlyArray<Type>> = [Exclude<Type, List[number]>] extends [never]
  ? unknown
  : { readonly missing: Exclude<Type, List[number]> }

/**
 * The environment that all these effectful decisions need together. A function parameter is contravariant, so the union
 * of functions infers the intersection of their environments.
 */
type EnvIn<Effects> = {
  readonly [K in keyof Effects]-?: Effects[K] extends EffectfulDecision<infer Env, never, infer _Ev, never, infer _Err>
    ? (env: Env) => void
    : never
}[keyof Effects] extends (env: infer Env) => void
  ? Env
  : never

/** The union of the errors of these effectful decisions. */
type ErrorIn<Effects> = {
  readonly [K in keyof Effects]-?: Effects[K] extends EffectfulDecision<never, never, infer _Ev, never, infer Err>
    ? Err
    : never
}[keyof Effects]

/**
 * What is known of the codec of the commands: there is none when `commands` is a list of literals. (A codec is no list,
 * so nothing is inferred for `Commands`.)
 */
type CodecIn<Commands extends ReadonlyArray<string>> = number extends Commands['length']
  ? unknown
  : { readonly commandCodec?: undefined }

/**
 * Makes an aggregate. `commands` is the codec of its commands, from which `id` and `decide` infer their types. It may
 * also be a list that names every command type of the decider: a missing one does not compile. The environment and the
 * errors of effectful decisions are inferred from them.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { Aggregate, CommandCodec, EventCodec } from '@foldlog/core'
 * import { either as E } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * const CountCommand = CommandCodec.make({ Count: t.strict({ counter: t.string }) })
 * const CountEvent = EventCodec.make({ Counted: t.strict({}) })
 *
 * export const counter = Aggregate.make({
 *   category: 'counter',
 *   commands: CountCommand,
 *   events: CountEvent,
 *   id: ({ data }) => data.counter,
 *   decider: {
 *     initialState: 0,
 *     evolve: (count) => count + 1,
 *     decide: (_, count) => (count < 10 ? E.right([{ type: 'Counted', data: {} }]) : E.left('enough')),
 *   },
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
  aggregate: Omit<Aggregate<C, Ev, S, Err>, 'commands' | 'commandCodec' | 'effects'> & {
    readonly commands: CommandCodec<C> | (Commands & Exhaustive<C['type'], Commands>)
    readonly effects?: Effects | undefined
  },
): Aggregate<C, Ev, S, Err | ErrorIn<Effects>, EnvIn<Effects>> & CodecIn<Commands> => {
  // A JavaScript caller may pass nothing: the dispatcher says so.
  const { commands } = Object(aggregate) as typeof aggregate
  const made =
    typeof commands === 'object' && commands !== null && 'types' in commands
      ? { ...aggregate, commands: commands.types, commandCodec: commands }
      : aggregate
  // `Env` and the errors of `effects` are inferred from `effects` itself; the rest of the type is unchanged.
  return made as Aggregate<C, Ev, S, Err | ErrorIn<Effects>, EnvIn<Effects>> & CodecIn<Commands>
}

/**
 * The streams that may hold the events of one id: the one under the current category first, then those under its former
 * categories. At most one of them has events.
 *
 * @category destructors
 * @since 0.1.0
 */
const candidateStreams = (
  {
    category,
    formerCategories = [],
  }: { readonly category: string; readonly formerCategories?: ReadonlyArray<string> | undefined },
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
