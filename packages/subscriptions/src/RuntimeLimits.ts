/**
 * The bounds of a runtime, each in milliseconds or pieces: how long a lease lasts without a heartbeat (10,000 when absent; heartbeats come three times as
 * often), how often the log is looked at when nobody says that there is something new (1,000), after what time an advance over events of others is
 * committed (200), how long what is under way may take when the runtime stops before its signal fires (5,000), events in a page of a read (1,000), events in a
 * turn of a partition (500).
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeLimits {
  /** Milliseconds a lease lasts without a heartbeat; 10,000 when absent. Heartbeats come three times as often. */
  readonly leaseTime: number
  /** Milliseconds between two looks at the log when nobody says that there is something new; 1,000 when absent. */
  readonly pollInterval: number
  /** Milliseconds after which an advance over events of others is committed; 200 when absent. */
  readonly idleCommitInterval: number
  /** Milliseconds that what is under way may take when the runtime stops, before its signal fires; 5,000 when absent. */
  readonly stopTimeout: number
  /** Events in a page of a read; 1,000 when absent. */
  readonly pageSize: number
  /** Events in a turn of a partition; 500 when absent. */
  readonly batchSize: number
}

/**
 * What holds when nothing else is said.
 *
 * @category constants
 * @since 0.1.0
 */
const defaults: RuntimeLimits = {
  leaseTime: 10_000,
  pollInterval: 1_000,
  idleCommitInterval: 200,
  stopTimeout: 5_000,
  pageSize: 1_000,
  batchSize: 500,
}

/**
 * Functions on {@link RuntimeLimits}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const RuntimeLimits = { defaults } as const
