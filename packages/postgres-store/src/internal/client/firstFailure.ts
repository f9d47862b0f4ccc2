import type { StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { stringProperty } from './classifyError.ts'
import { withTimeout } from './timers.ts'

const codeOf = ({ cause }: StoreUnavailable): string => stringProperty(cause, 'code')

const isSilent = (error: StoreUnavailable): boolean => codeOf(error) === 'NO_ANSWER'

/**
 * Combines the failures of the attempts of one request. The driver waits longer and longer before it connects again, so
 * the last attempt may say only that there was no answer. The first failure that says more gives the cause.
 */
export const firstFailure = (first: StoreUnavailable | undefined, last: StoreUnavailable): StoreUnavailable =>
  first === undefined || isSilent(first) || !isSilent(last)
    ? last
    : storeUnavailable(`${first.why}; then ${last.why}`, last.retryable, first.cause)

/** Whether no connection could be made, because of a wrong host or port, or a server that does not run. */
const isUnreachable = ({ cause }: StoreUnavailable): boolean =>
  ['connect', 'getaddrinfo'].includes(stringProperty(cause, 'syscall')) ||
  stringProperty(cause, 'code') === 'CONNECT_TIMEOUT'

/** The shortest time for an attempt, in milliseconds. */
const shortest = 1_000

/**
 * Limits an attempt. After a failure to connect, it ends with the time for retries, because it only waits for a
 * connection and has sent nothing. Any other attempt has its full time.
 */
export const untilDeadline = <A>(
  first: StoreUnavailable | undefined,
  deadline: number,
  attempt: Promise<A>,
): Promise<A> =>
  first !== undefined && isUnreachable(first)
    ? withTimeout(Math.max(shortest, deadline - Date.now()), attempt)
    : attempt

/** The facts of a failed attempt for the log. */
export const failureFacts = (error: StoreUnavailable) => ({ code: codeOf(error), why: error.why })
