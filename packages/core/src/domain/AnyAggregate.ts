import type { either as E, readerTaskEither as RTE } from 'fp-ts'
import type * as t from 'io-ts'
import type { Aggregate } from './Aggregate.ts'
import type { Command } from './Command.ts'
import type { AnyCommandCodec } from './CommandCodec.ts'
import type { EncodeFailure } from './EncodeFailure.ts'
import type { Event } from './Event.ts'
import type { EventCodec } from './EventCodec.ts'
import type { EncodedEvent } from './RecordedEvent.ts'

/**
 * Any {@link Aggregate}, whatever its commands, events and state: the bound for a list of different aggregates.
 *
 * @category model
 * @since 0.1.0
 */
export interface AnyAggregate {
  readonly category: string
  readonly formerCategories?: ReadonlyArray<string> | undefined
  readonly commands: ReadonlyArray<string>
  readonly commandCodec?: AnyCommandCodec | undefined
  readonly id: (command: never) => string
  readonly decider: {
    readonly initialState: unknown
    readonly evolve: (state: never, event: never) => unknown
    readonly decide: (command: never, state: never) => E.Either<unknown, ReadonlyArray<Event>>
  }
  readonly events: Pick<EventCodec<Event>, 'types' | 'decode'> & {
    readonly encode: (event: never) => E.Either<EncodeFailure, EncodedEvent>
  }
  readonly snapshot?: { readonly schemaVersion: number; readonly every: number; readonly codec: t.Mixed } | undefined
  readonly effects?:
    | Readonly<
        Record<
          string,
          ((command: never, state: never) => RTE.ReaderTaskEither<never, unknown, ReadonlyArray<Event>>) | undefined
        >
      >
    | undefined
}

/**
 * The commands of an aggregate, or of a union of aggregates.
 *
 * @category type level
 * @since 0.1.0
 */
export type CommandOfAggregate<A> =
  A extends Aggregate<infer C extends Command, infer _Ev extends Event, infer _S, infer _Err, infer _Env> ? C : never

/**
 * The events of an aggregate, or of a union of aggregates.
 *
 * @category type level
 * @since 0.1.0
 */
export type EventOfAggregate<A> =
  A extends Aggregate<infer _C extends Command, infer Ev extends Event, infer _S, infer _Err, infer _Env> ? Ev : never

/**
 * The state of an aggregate.
 *
 * @category type level
 * @since 0.1.0
 */
export type StateOf<A> =
  A extends Aggregate<infer _C extends Command, infer _Ev extends Event, infer S, infer _Err, infer _Env> ? S : never

/**
 * The domain errors of an aggregate, or of a union of aggregates.
 *
 * @category type level
 * @since 0.1.0
 */
export type ErrorOf<A> =
  A extends Aggregate<infer _C extends Command, infer _Ev extends Event, infer _S, infer Err, infer _Env> ? Err : never

/** A function of the environment. A union of such functions infers the intersection of their parameters. */
type EnvSink<A> =
  A extends Aggregate<infer _C extends Command, infer _Ev extends Event, infer _S, infer _Err, infer Env>
    ? (env: Env) => void
    : never

/**
 * The environment that the effectful decisions of all these aggregates need together.
 *
 * @category type level
 * @since 0.1.0
 */
export type EnvOf<A> = EnvSink<A> extends (env: infer Env) => void ? Env : never
