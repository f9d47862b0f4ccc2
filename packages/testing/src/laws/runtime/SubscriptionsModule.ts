import type {
  HandlerMismatch,
  HandlerStore,
  InvalidInput,
  LogRewound,
  RecordedEvent,
  StoreUnavailable,
} from '@foldlog/core'
import type { LogFilter, StopStatus } from '@foldlog/core/store'
import type { either as E, taskEither as TE } from 'fp-ts'
import type { HandlerUnderLaw } from './HandlerUnderLaw.ts'
import type { HandlerRuntimeStore, RuntimeUnderLaw, RuntimeUnderLawOptions } from './RuntimeUnderLaw.ts'

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
  readonly why: string
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
    readonly filter?: LogFilter | undefined
    readonly start?: 'origin' | 'now' | { readonly after: number } | undefined
    readonly pageSize?: number | undefined
    readonly pollInterval?: number | undefined
    readonly signal?: AbortSignal | undefined
  }) => AsyncGenerator<E.Either<InvalidInput | LogRewound | StoreUnavailable, RecordedEvent>, void, undefined>
  readonly pull: (options: {
    readonly store: HandlerRuntimeStore
    readonly name: string
    readonly filter?: LogFilter | undefined
    readonly pollInterval?: number | undefined
    readonly leaseTime?: number | undefined
  }) => PullUnderLaw
  readonly recoverRewound: (options: {
    readonly store: HandlerRuntimeStore
    readonly handlers: ReadonlyArray<HandlerUnderLaw>
    readonly common?: number | undefined
  }) => TE.TaskEither<
    HandlerMismatch | InvalidInput | StoreUnavailable,
    { readonly handlers: ReadonlyArray<RecoveredUnderLaw> }
  >
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
    readonly page: (
      store: HandlerRuntimeStore,
      name: string,
      query?: { readonly limit?: number | undefined; readonly after?: string | undefined },
    ) => TE.TaskEither<
      InvalidInput | StoreUnavailable,
      { readonly events: ReadonlyArray<ParkedUnderLaw>; readonly next?: string | undefined }
    >
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
