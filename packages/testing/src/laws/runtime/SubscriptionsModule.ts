import type {
  Command,
  DecodeFailure,
  Event,
  EventStore,
  HandlerStore,
  InvalidInput,
  LogPosition,
  LogRewound,
  LogTail,
  RecordedEvent,
  StoreUnavailable,
} from '@foldlog/core'
import type { LogFilter, StopStatus } from '@foldlog/core/store'
import type { either as E, option as O, task as T, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'

/**
 * A store as a runtime of handlers needs it.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerRuntimeStore = EventStore & LogTail & HandlerStore

/** The parts that every kind of handler has. */
interface CommonHandlerOptions {
  readonly name: string
  readonly from: ReadonlyArray<{
    readonly category: string
    readonly events: { readonly decode: (recorded: RecordedEvent) => E.Either<DecodeFailure, ReadonlyArray<Event>> }
  }>
  readonly filter?: LogFilter
  readonly start?: 'origin' | 'now' | { readonly after: number }
  readonly partitions?: number
  readonly onFailure?: {
    readonly retry: (status: { readonly iterNumber: number }) => O.Option<number>
    readonly verdict: () => 'park' | 'skip' | 'stop'
  }
}

/**
 * An event handler, as the laws define it. `concurrency` counts events, `timeout` milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventHandlerUnderLaw extends CommonHandlerOptions {
  readonly _tag: 'EventHandler'
  readonly handle: (
    event: never,
    context: { readonly signal: AbortSignal; readonly attempt: number },
  ) => TE.TaskEither<unknown, unknown>
  readonly concurrency?: number
  readonly timeout?: number
}

/**
 * A projection, as the laws define it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProjectionUnderLaw extends CommonHandlerOptions {
  readonly _tag: 'Projection'
  readonly version?: number
  readonly view: t.Mixed
  readonly key: (event: never) => string | ReadonlyArray<string>
  readonly project: (view: never, event: never, key: string) => unknown
}

/**
 * A process manager, as the laws define it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManagerUnderLaw extends CommonHandlerOptions {
  readonly _tag: 'ProcessManager'
  readonly state: t.Mixed
  readonly initialState: unknown
  readonly key: (event: never) => string | undefined
  readonly evolve: (state: never, input: never) => unknown
  readonly react: (
    state: never,
    input: never,
  ) => ReadonlyArray<
    | { readonly _tag: 'Send'; readonly command: Command }
    | { readonly _tag: 'Schedule'; readonly timer: string; readonly at: Date }
    | { readonly _tag: 'Cancel'; readonly timer: string }
    | { readonly _tag: 'End' }
  >
}

/**
 * The handlers that the laws define.
 *
 * @category model
 * @since 0.1.0
 */
export type HandlerUnderLaw = EventHandlerUnderLaw | ProjectionUnderLaw | ProcessManagerUnderLaw

/**
 * The configuration of a runtime: a store, handlers, a dispatcher for commands, limits in milliseconds and in numbers
 * of events.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeUnderLawOptions {
  readonly store: HandlerRuntimeStore
  readonly handlers: ReadonlyArray<HandlerUnderLaw>
  readonly dispatch?: (
    command: Command,
    context: { readonly commandId: string },
  ) => TE.TaskEither<{ readonly _tag: string }, unknown>
  readonly limits?: {
    readonly leaseTime?: number
    readonly pollInterval?: number
    readonly idleCommitInterval?: number
    readonly stopTimeout?: number
    readonly pageSize?: number
    readonly batchSize?: number
  }
}

/**
 * The part of a runtime that the laws use.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeUnderLaw {
  readonly start: TE.TaskEither<InvalidInput | StoreUnavailable, void>
  readonly stop: T.Task<void>
  readonly status: TE.TaskEither<
    StoreUnavailable,
    {
      readonly handlers: ReadonlyArray<{
        readonly name: string
        readonly generation: number
        readonly state: string
        readonly position: number
        readonly lag: number
        readonly parked: number
        readonly reasons: ReadonlyArray<string>
        readonly waitsFor: ReadonlyArray<string>
      }>
    }
  >
  readonly waitFor: (
    names: ReadonlyArray<string>,
    place: number | LogPosition,
    timeout?: number,
  ) => TE.TaskEither<{ readonly _tag: string }, void>
  readonly rebuild: (name: string) => TE.TaskEither<{ readonly _tag: string }, void>
  readonly rollBack: (name: string) => TE.TaskEither<{ readonly _tag: string }, void>
  readonly abandon: (name: string) => TE.TaskEither<{ readonly _tag: string }, void>
}

/**
 * A parked event, as far as the laws read it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ParkedUnderLaw {
  readonly document: Parameters<HandlerStore['requestAction']>[0]
  readonly stream: string
  readonly version: number
  readonly behind: boolean
}

/**
 * The reason why a rewind of the log has stopped a handler, as far as the laws need it.
 *
 * @category model
 * @since 0.1.0
 */
export interface RewoundUnderLaw {
  readonly position: number
  readonly history: string | null
  readonly current: string
  readonly common: number | null
  readonly lost: ReadonlyArray<{ readonly position: number; readonly id: string }>
}

/**
 * The result of `recoverRewound` for a handler, as far as the laws need it. `common` is the last position that both
 * logs share, `after` the position behind which the handler continues, and `repeats` the number of events that are
 * handled again.
 *
 * @category model
 * @since 0.1.0
 */
export interface RecoveredUnderLaw {
  readonly name: string
  readonly outcome: 'resumed' | 'rebuilt' | 'recoveredBefore'
  /** The last position that both logs share. */
  readonly common: number
  /** The position behind which the handler continues. */
  readonly after: number
  readonly lost: ReadonlyArray<{ readonly position: number; readonly id: string }>
  /** The number of events that are handled again. */
  readonly repeats: number
}

/**
 * A pull subscription, as far as the laws use it.
 *
 * @category model
 * @since 0.1.0
 */
export interface PullUnderLaw {
  readonly next: () => Promise<
    IteratorResult<
      E.Either<{ readonly _tag: string }, { readonly event: RecordedEvent; readonly ack: () => void }>,
      void
    >
  >
  readonly return: () => Promise<unknown>
}

/**
 * The part of `@foldlog/subscriptions` that the subscription laws need; this package does not import that one. `import
 * * as subscriptions from '@foldlog/subscriptions'` is such a module, and so is any other that runs such handlers.
 *
 * @category model
 * @since 0.1.0
 */
export interface SubscriptionsModule {
  readonly makeHandlerRuntime: (options: RuntimeUnderLawOptions) => RuntimeUnderLaw
  readonly subscribe: (options: {
    readonly store: HandlerRuntimeStore
    readonly filter?: LogFilter
    readonly start?: 'origin' | 'now' | { readonly after: number }
    readonly pageSize?: number
    readonly pollInterval?: number
    readonly signal?: AbortSignal
  }) => AsyncGenerator<E.Either<InvalidInput | LogRewound | StoreUnavailable, RecordedEvent>, void, undefined>
  readonly pull: (options: {
    readonly store: HandlerRuntimeStore
    readonly name: string
    readonly filter?: LogFilter
    readonly pollInterval?: number
    readonly leaseTime?: number
  }) => PullUnderLaw
  readonly recoverRewound: (options: {
    readonly store: HandlerRuntimeStore
    readonly handlers: ReadonlyArray<HandlerUnderLaw>
    readonly common?: number
  }) => TE.TaskEither<InvalidInput | StoreUnavailable, { readonly handlers: ReadonlyArray<RecoveredUnderLaw> }>
  readonly HandlerStop: {
    readonly parse: (
      stop: StopStatus,
    ) => { readonly reason: string; readonly rewound: RewoundUnderLaw | null } | undefined
    readonly resume: (
      store: HandlerRuntimeStore,
      name: string,
    ) => TE.TaskEither<InvalidInput | StoreUnavailable, boolean>
  }
  readonly ParkedEvent: {
    readonly list: (
      store: HandlerRuntimeStore,
      name: string,
    ) => TE.TaskEither<InvalidInput | StoreUnavailable, ReadonlyArray<ParkedUnderLaw>>
    readonly retry: (
      store: HandlerRuntimeStore,
      parked: ParkedUnderLaw,
    ) => TE.TaskEither<InvalidInput | StoreUnavailable, boolean>
    readonly discard: (
      store: HandlerRuntimeStore,
      parked: ParkedUnderLaw,
    ) => TE.TaskEither<InvalidInput | StoreUnavailable, boolean>
  }
}
