import type { DecodeFailure, RecordedEvent, ValidationProblem } from '@foldlog/core'
import { capDelay, exponentialBackoff, limitRetries, Monoid, type RetryPolicy } from 'retry-ts'

/**
 * What a handler made of an event cannot be stored: the view, the state of a process or a command has no JSON form, or
 * its own codec does not decode what it has encoded. `key` is the key of the view or the process, and `problems` say
 * where. Nothing of it is stored, so that the document stays readable.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DocumentEncodeFailure {
  readonly _tag: 'DocumentEncodeFailure'
  readonly kind: 'view' | 'process' | 'command'
  readonly key: string
  readonly problems: ReadonlyArray<ValidationProblem>
}

/**
 * Why an event could not be handled: it cannot be decoded; the handler answered with an error; it threw; it did not end
 * in time; or a document that it made cannot be stored.
 *
 * @category errors
 * @since 0.1.0
 */
export type HandlerFailure<Err = unknown> =
  | DecodeFailure
  | { readonly _tag: 'HandlerReturnedError'; readonly error: Err }
  | { readonly _tag: 'HandlerThrew'; readonly why: string; readonly cause: unknown }
  | { readonly _tag: 'HandlerTimedOut'; readonly milliseconds: number }
  | DocumentEncodeFailure

/**
 * What becomes of an event that cannot be handled: it is parked, and so are later events of the same lane behind it, in order; it is skipped; or the
 * whole handler stops, with the reason in its status.
 *
 * @category model
 * @since 0.1.0
 */
export type Verdict = 'park' | 'skip' | 'stop'

/**
 * What to do when an event cannot be handled: try again as a policy of `retry-ts` says (an event that cannot be decoded is not tried again), then what
 * `verdict` says.
 *
 * @category model
 * @since 0.1.0
 */
export interface FailurePolicy<Err = unknown> {
  readonly retry: RetryPolicy
  readonly verdict: (failure: HandlerFailure<Err>, event: RecordedEvent) => Verdict
}

/** Five more tries, after 50, 100, 200, 400 and 800 milliseconds. */
const retry: RetryPolicy = Monoid.concat(limitRetries(5), capDelay(5_000, exponentialBackoff(50)))

/**
 * A policy that ends with one verdict, whatever the failure; five more tries within two seconds when no other policy is given.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { FailurePolicy } from '@foldlog/subscriptions'
 * import { limitRetries } from 'retry-ts'
 *
 * export const onFailure = FailurePolicy.make('park', limitRetries(3))
 * ```
 */
const make = (verdict: Verdict, policy: RetryPolicy = retry): FailurePolicy => ({
  retry: policy,
  verdict: () => verdict,
})

/**
 * Five more tries, then the event waits, and later events of its lane behind it. The default everywhere.
 *
 * @category constants
 * @since 0.1.0
 */
const park: FailurePolicy = make('park')

/**
 * Five more tries, then the event is passed over, as if it had been handled.
 *
 * @category constants
 * @since 0.1.0
 */
const skip: FailurePolicy = make('skip')

/**
 * Five more tries, then the handler stops, and its status says why.
 *
 * @category constants
 * @since 0.1.0
 */
const stop: FailurePolicy = make('stop')

/**
 * Functions on {@link FailurePolicy}. `park` is the default everywhere.
 *
 * @category namespace
 * @since 0.1.0
 */
export const FailurePolicy = { make, park, skip, stop } as const
