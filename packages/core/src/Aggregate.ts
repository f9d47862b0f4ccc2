import type { readerTaskEither as RTE } from 'fp-ts'
import type * as t from 'io-ts'
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
 * @category model
 * @since 0.1.0
 */
export interface Aggregate<C extends Command, Ev extends Event, S, Err, Env = unknown> {
  readonly category: string
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

/**
 * Makes an aggregate. `commands` must name every command type of the decider: one that is forgotten does not compile.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = <
  C extends Command,
  Ev extends Event,
  S,
  Err,
  const Commands extends ReadonlyArray<C['type']>,
  Env = unknown,
>(
  aggregate: Aggregate<C, Ev, S, Err, Env> & { readonly commands: Commands & Exhaustive<C['type'], Commands> },
): Aggregate<C, Ev, S, Err, Env> => aggregate

/**
 * Functions on {@link Aggregate}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Aggregate = { make } as const
