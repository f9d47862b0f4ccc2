import type {
  AnyAggregate,
  AnyDecision,
  Clock,
  EnvOf,
  EventStore,
  Logger,
  PartialOptions,
  RetryPolicy,
  SnapshotStore,
  Tracer,
  WaitForHandlers,
} from '@foldlog/core'
import type { io as IO } from 'fp-ts'
import type { DispatcherLimits } from './DispatcherLimits.ts'

/** The options of every dispatcher. */
export interface BaseOptions<
  Aggregates extends ReadonlyArray<AnyAggregate>,
  Decisions extends ReadonlyArray<AnyDecision> = ReadonlyArray<AnyDecision>,
> {
  readonly store: EventStore
  readonly aggregates: Aggregates
  /**
   * The decisions over several aggregates, and the boundaries. Boundaries need a store that looks at conditions. An
   * aggregate of a decision may be left out of `aggregates`; if it is there, it must be the same value.
   */
  readonly decisions?: Decisions | undefined
  /** The store of snapshots, for aggregates with a policy. Without it, streams are folded from their beginning. */
  readonly snapshots?: SnapshotStore | undefined
  /** Maximum number of states in memory (least recently used ones are dropped); 10,000 when absent. */
  readonly cache?: number | undefined
  /**
   * The retries after a version conflict; 100 attempts with growing, random delays when absent.
   */
  readonly retry?: RetryPolicy | undefined
  readonly limits?: PartialOptions<DispatcherLimits> | undefined
  /**
   * For the ids of commands without an id from the caller. Two dispatchers with the same clock and random numbers make
   * different ids nevertheless.
   */
  readonly clock?: Clock | undefined
  readonly random?: IO.IO<number> | undefined
  readonly logger?: Logger | undefined
  /** Implements `awaitHandlers` of a context: a handler runtime offers this function. */
  readonly waitFor?: WaitForHandlers | undefined
  /** Wraps every dispatch in a span `foldlog.dispatch`, with its command, stream, and the ids of its context. */
  readonly tracer?: Tracer | undefined
}

/**
 * The options of a dispatcher: a store, aggregates and decisions; also `env`, when an effectful decision needs one.
 *
 * @category model
 * @since 0.1.0
 */
export type DispatcherOptions<
  Aggregates extends ReadonlyArray<AnyAggregate>,
  Decisions extends ReadonlyArray<AnyDecision> = readonly [],
> = BaseOptions<Aggregates, Decisions> &
  (unknown extends EnvOf<Aggregates[number]> ? { readonly env?: unknown } : { readonly env: EnvOf<Aggregates[number]> })
