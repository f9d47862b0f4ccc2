import { type DecodeFailure, type RecordedEvent, RetryPolicy, type ValidationProblem } from '@foldlog/core'

/**
 * What to do when an event cannot be handled: retry by a policy, then apply `verdict`. An event that
 * cannot be decoded is not retried.
 *
 * @category model
 * @since 0.1.0
 */
export interface FailurePolicy<Err = unknown> {
  readonly retry: RetryPolicy
  readonly verdict: (failure: HandlerFailure<Err>, event: RecordedEvent) => Verdict
}

/**
 * A result of a handler that cannot be stored: the view, the state of a process or a command has no JSON form, or its
 * codec does not decode what it has encoded. `key` is the key of the view or the process, and `problems` says where.
 * Nothing of it is stored, so that the document stays readable.
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
 * Why an event could not be handled: it cannot be decoded; the handler returned an error, threw, or timed out; a
 * document that it made cannot be stored; or the process ended so many `times` while it handled only this event, or did
 * not renew its lease.
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
  | { readonly _tag: 'ProcessEnded'; readonly times: number }

/**
 * What happens to an event that cannot be handled. `park`: the event is parked, and later events of its lane are parked
 * behind it, in order. `skip`: it is skipped. `stop`: the whole handler stops, with the reason in its status.
 *
 * @category model
 * @since 0.1.0
 */
export type Verdict = 'park' | 'skip' | 'stop'

/** Five retries, after 50, 100, 200, 400 and 800 milliseconds. */
const retry: RetryPolicy = RetryPolicy.all(RetryPolicy.limit(5), RetryPolicy.cap(5_000, RetryPolicy.exponential(50)))

/**
 * A policy with one verdict for every failure; five retries within two seconds when no other policy is given.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { RetryPolicy } from '@foldlog/core'
 * import { FailurePolicy } from '@foldlog/subscriptions'
 *
 * export const onFailure = FailurePolicy.make('park', RetryPolicy.limit(3))
 * ```
 */
const make = (verdict: Verdict, policy: RetryPolicy = retry): FailurePolicy => ({
  retry: policy,
  verdict: () => verdict,
})

/**
 * Five retries, then the event is parked, and later events of its lane behind it. The default everywhere.
 *
 * @category constants
 * @since 0.1.0
 */
const park: FailurePolicy = make('park')

/**
 * Five retries, then the event is skipped, as if it had been handled.
 *
 * @category constants
 * @since 0.1.0
 */
const skip: FailurePolicy = make('skip')

/**
 * Five retries, then the handler stops, and its status gives the reason.
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
