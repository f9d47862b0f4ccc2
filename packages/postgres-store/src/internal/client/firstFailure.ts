import type { StoreUnavailable } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { stringProperty } from './classifyError.ts'
import { withTimeout } from './timers.ts'

const codeOf = ({ cause }: StoreUnavailable): string => stringProperty(cause, 'code')

const isSilent = (error: StoreUnavailable): boolean => codeOf(error) === 'NO_ANSWER'

/**
 * Combines the failures of the attempts of one request. The driver waits longer and longer before it connects again, so
 * the last attempt may say only that there was no answer. The first one that says more gives the cause.
 */
export const firstFailure = (first: StoreUnavailable | undefined, last: StoreUnavailable): StoreUnavailable =>
  first === undefined || isSilent(first) || !isSilent(last)
    ? last
    : storeUnavailable(`${first.why}; then ${last.why}`, last.retryable, first.cause)

/** Whether no connection could be made: a wrong host or port, or a server that is not there. */
const isUnreachable = ({ cause }: StoreUnavailable): boolean =>
  ['connect', 'getaddrinfo'].includes(stringProperty(cause, 'syscall')) ||
  stringProperty(cause, 'code') === 'CONNECT_TIMEOUT'

/** The shortest time for an attempt, in milliseconds. */
const shortest = 1_000

/**
 * An attempt after the server could not be reached ends with the time for retries: it waits for a connection, and
 * nothing was sent. Any other attempt takes its own time.
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
