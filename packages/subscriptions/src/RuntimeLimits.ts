import type { InvalidInput, PartialOptions } from '@foldlog/core'
import { Limits, NumberOption } from '@foldlog/core/store'
import type { either as E } from 'fp-ts'

/**
 * The limits of a runtime. Each has a default.
 *
 * @category model
 * @since 0.1.0
 */
export interface RuntimeLimits {
  /**
   * Milliseconds that a lease lasts without a heartbeat; 10,000 when absent. Heartbeats are sent three times as often.
   */
  readonly leaseTime: number
  /** Milliseconds between two polls of the log when no notification arrives; 1,000 when absent. */
  readonly pollInterval: number
  /** Milliseconds after which an advance over events that the handler does not get is committed; 200 when absent. */
  readonly idleCommitInterval: number
  /** Milliseconds that work in flight may take after `stop`, before its signal fires; 5,000 when absent. */
  readonly stopTimeout: number
  /** Events in a page of a read; 1,000 when absent. */
  readonly pageSize: number
  /** Events in one batch of a partition; 500 when absent. */
  readonly batchSize: number
  /** Milliseconds after which an append in an open transaction is reported in the log; 60,000 when absent. */
  readonly openAppendWarning: number
}

/**
 * The default limits.
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
  openAppendWarning: 60_000,
}

const milliseconds = (min: number, absent: number): NumberOption => ({ min, max: NumberOption.longestTimer, absent })

const options: Readonly<Record<keyof RuntimeLimits, NumberOption>> = {
  // The longest lease that a store gives is a day.
  leaseTime: { min: 1, max: 86_400_000, absent: defaults.leaseTime },
  pollInterval: milliseconds(1, defaults.pollInterval),
  idleCommitInterval: milliseconds(1, defaults.idleCommitInterval),
  stopTimeout: milliseconds(0, defaults.stopTimeout),
  openAppendWarning: milliseconds(1, defaults.openAppendWarning),
  pageSize: { min: 1, max: Limits.pageSize, absent: defaults.pageSize },
  batchSize: { min: 1, max: Number.MAX_SAFE_INTEGER, absent: defaults.batchSize },
}

/**
 * Fills in the defaults, also for an explicit `undefined`. The left names the limit that is no integer in its range.
 *
 * @category constructors
 * @since 0.1.0
 */
const check = (limits: PartialOptions<RuntimeLimits> | undefined): E.Either<InvalidInput, RuntimeLimits> =>
  NumberOption.readAll('limits', options, limits)

/**
 * Functions on {@link RuntimeLimits}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const RuntimeLimits = { defaults, check } as const
