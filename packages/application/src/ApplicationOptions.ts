import type {
  AnyAggregate,
  AnyDecision,
  Clock,
  Command,
  CommandOfAggregate,
  CommandOfDecision,
  EnvOf,
  EventStore,
  HandlerStore,
  InlineStore,
  Logger,
  LogTail,
  OpenAppends,
  PartialOptions,
  RetryPolicy,
  SnapshotStore,
  Tracer,
} from '@foldlog/core'
import type { Dispatcher, DispatcherLimits } from '@foldlog/dispatcher'
import type {
  AnyHandler,
  AnyInlineProjection,
  CommandSentBy,
  EnvOfHandlers,
  RuntimeLimits,
} from '@foldlog/subscriptions'
import type { io as IO, task as T, taskEither as TE } from 'fp-ts'

/**
 * What an application needs of a store: events, the end of the log, and the data of handlers. Both stores of foldlog
 * have it.
 *
 * @category model
 * @since 0.1.0
 */
export type ApplicationStore = EventStore & LogTail & HandlerStore & PartialOptions<OpenAppends>

/**
 * The limits of an application. `commands` are those of its dispatcher, `handlers` those of its handler runtime.
 * `health` is the number of milliseconds that the store may take to answer for `health`; 1,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface ApplicationLimits {
  readonly commands?: PartialOptions<DispatcherLimits> | undefined
  readonly handlers?: PartialOptions<RuntimeLimits> | undefined
  readonly health?: number | undefined
}

/**
 * The part of a migration status that `health` reads; `migrationStatus` of `@foldlog/postgres-store` returns it.
 *
 * @category model
 * @since 0.1.0
 */
export interface SchemaStatus {
  readonly migrations: ReadonlyArray<{ readonly name: string; readonly state: string }>
  readonly functions: ReadonlyArray<{ readonly name: string; readonly state: string }>
  readonly dropped: ReadonlyArray<string>
}

/**
 * The options of every application.
 *
 * @category model
 * @since 0.1.0
 */
export interface BaseApplicationOptions<
  Aggregates extends ReadonlyArray<AnyAggregate>,
  Handlers extends ReadonlyArray<AnyHandler>,
  Store extends ApplicationStore,
  Decisions extends ReadonlyArray<AnyDecision> = ReadonlyArray<AnyDecision>,
> {
  readonly store: Store
  /** The aggregates whose commands it takes, from the program and from its process managers. */
  readonly aggregates: Aggregates
  /**
   * The joint decisions and the boundaries whose commands it takes. Those aggregates of a joint decision that are among
   * `aggregates` must be the same values.
   */
  readonly decisions?: Decisions | undefined
  /** The event handlers, projections and process managers of all its processes. */
  readonly handlers?: Handlers | undefined
  /**
   * The handlers that this process runs: all (`true`, when absent), none (`false`, a process that serves commands and
   * queries), or those with these names.
   */
  readonly runHandlers?: boolean | ReadonlyArray<string> | undefined
  /** Projections whose views are written in the transaction of the append. */
  readonly inlineProjections?: (Store extends InlineStore ? ReadonlyArray<AnyInlineProjection> : never) | undefined
  /** Where snapshots are kept, for aggregates with a policy: the store itself when absent and able to. */
  readonly snapshots?: SnapshotStore | undefined
  /** Maximum number of states of aggregates in memory; 10,000 when absent. */
  readonly cache?: number | undefined
  /** The retries of a command after a version conflict, a policy of `retry-ts`. */
  readonly retry?: RetryPolicy | undefined
  /** Wraps the dispatch of every command, also of those that process managers send. */
  readonly middleware?: Around<Dispatcher<Aggregates[number], Decisions[number]>['dispatch']> | undefined
  readonly limits?: ApplicationLimits | undefined
  /** Reads the status of the schema, for `health`: `migrationStatus({ sql, schema })` of `@foldlog/postgres-store`. */
  readonly migrations?: TE.TaskEither<unknown, SchemaStatus> | undefined
  /** Runs at the end of `stop`: ends what was given to the application, such as the store and its client. */
  readonly release?: T.Task<unknown> | undefined
  readonly clock?: Clock | undefined
  readonly random?: IO.IO<number> | undefined
  readonly logger?: Logger | undefined
  readonly tracer?: Tracer | undefined
}

/** A function around a dispatch, of the same type. */
type Around<Dispatch> = (next: Dispatch) => Dispatch

/** A command that a process manager sends must be one of the aggregates' commands, data included. */
type Known<Sent, Taken> = Sent extends Command
  ? Command extends Sent
    ? never
    : Sent extends Taken
      ? never
      : Sent['type']
  : never

/**
 * No constraint when the aggregates have every command that the process managers send; otherwise a property that no
 * options have, whose type is the types of the other commands.
 */
type EveryCommandKnown<Taken, Handlers extends ReadonlyArray<AnyHandler>> = [
  Known<CommandSentBy<Handlers[number]>, Taken>,
] extends [never]
  ? unknown
  : { readonly noAggregateHas: Known<CommandSentBy<Handlers[number]>, Taken> }

/** The types of commands that more than one of these aggregates have. */
type SharedTypes<Owners extends ReadonlyArray<AnyAggregate | AnyDecision>> = Owners extends readonly [
  infer First extends AnyAggregate | AnyDecision,
  ...infer Others extends ReadonlyArray<AnyAggregate | AnyDecision>,
]
  ? Literals<CommandOfOwner<First>['type'] & CommandOfOwner<Others[number]>['type']> | SharedTypes<Others>
  : never

/** The commands of an aggregate or of a joint decision. */
type CommandOfOwner<Owner> = CommandOfAggregate<Owner> | CommandOfDecision<Owner>

/** Of an aggregate whose command types are any strings, nothing is known. */
type Literals<Type> = string extends Type ? never : Type

/** No constraint when each command has one aggregate; otherwise a property that no options have. */
type OneAggregateEach<Owners extends ReadonlyArray<AnyAggregate | AnyDecision>> = [SharedTypes<Owners>] extends [never]
  ? unknown
  : { readonly severalAggregatesHave: SharedTypes<Owners> }

/** What the handlers need of an environment; nothing is known of a list of any handlers. */
type EnvOfKnown<Handler> = [EnvOfHandlers<Handler>] extends [never] ? unknown : EnvOfHandlers<Handler>

/** `env` must be there when effectful decisions, or effects of handlers, need one. */
type EnvOption<Env> = unknown extends Env ? { readonly env?: unknown } : { readonly env: Env }

/**
 * The options of an application: a store, aggregates, decisions and handlers; also `env`, when an effectful decision or
 * an effect of a handler needs one. Two aggregates with one command do not compile, and neither does a process manager
 * that sends a command that no aggregate or decision has.
 *
 * @category model
 * @since 0.1.0
 */
export type ApplicationOptions<
  Aggregates extends ReadonlyArray<AnyAggregate>,
  Handlers extends ReadonlyArray<AnyHandler>,
  Store extends ApplicationStore,
  Decisions extends ReadonlyArray<AnyDecision> = readonly [],
> = BaseApplicationOptions<Aggregates, Handlers, Store, Decisions> &
  EnvOption<EnvOf<Aggregates[number]> & EnvOfKnown<Handlers[number]>> &
  EveryCommandKnown<CommandOfOwner<Aggregates[number] | Decisions[number]>, Handlers> &
  OneAggregateEach<readonly [...Aggregates, ...Decisions]>
