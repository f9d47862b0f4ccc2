import type { Clock, EventStore, Logger, SnapshotStore, Tracer, WaitForHandlers } from '@foldlog/core'
import type { io as IO } from 'fp-ts'
import type { RetryPolicy } from 'retry-ts'
import type { AnyAggregate, EnvOf } from './AnyAggregate.ts'
import type { DispatcherLimits } from './DispatcherLimits.ts'

/** The options of every dispatcher. */
export interface BaseOptions<Aggregates extends ReadonlyArray<AnyAggregate>> {
  readonly store: EventStore
  readonly aggregates: Aggregates
  /** The store of snapshots, for aggregates with a policy. Without it, streams are folded from their beginning. */
  readonly snapshots?: SnapshotStore
  /** Maximum number of states in memory (least recently used ones are dropped); 10,000 when absent. */
  readonly cache?: number
  /**
   * The retries after a version conflict, a policy of `retry-ts`; 100 attempts with growing, random delays when absent.
   */
  readonly retry?: RetryPolicy
  readonly limits?: Partial<DispatcherLimits>
  /**
   * For the ids of commands without an id from the caller. Two dispatchers with the same clock and random numbers make
   * different ids nevertheless.
   */
  readonly clock?: Clock
  readonly random?: IO.IO<number>
  readonly logger?: Logger
  /** Implements `awaitHandlers` of a context: a handler runtime offers this function. */
  readonly waitFor?: WaitForHandlers
  /** Wraps every dispatch in a span `foldlog.dispatch`, with its command, stream, and the ids of its context. */
  readonly tracer?: Tracer
}

/**
 * The options of a dispatcher: a store and aggregates; also `env`, when an effectful decision needs one.
 *
 * @category model
 * @since 0.1.0
 */
export type DispatcherOptions<Aggregates extends ReadonlyArray<AnyAggregate>> = BaseOptions<Aggregates> &
  (unknown extends EnvOf<Aggregates[number]> ? { readonly env?: unknown } : { readonly env: EnvOf<Aggregates[number]> })
