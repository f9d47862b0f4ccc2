import type { InvalidInput } from '@foldlog/core'
import { NumberOption, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'

/**
 * The limits of one server for its clients. `headersTimeout` and `requestTimeout` are the milliseconds in which the
 * headers and the whole of a request must arrive, otherwise it is answered with 408; `idleTimeout` those in which a
 * connection must send or receive something, longer than the longest wait that a request may prefer; `maxConnections`
 * is the number of connections at a time: the server closes every further one at once.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServerLimits {
  readonly headersTimeout: number
  readonly requestTimeout: number
  readonly idleTimeout: number
  readonly maxConnections: number
}

/**
 * The limits of a server that names no others.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaultLimits: ServerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  idleTimeout: 60_000,
  maxConnections: 1_000,
}

const { longestTimer } = NumberOption

/**
 * Reads the limits of a server. One that is absent, or `undefined`, is that of {@link defaultLimits}.
 *
 * Errors: `InvalidInput` for a limit that is no integer above 0, and for headers that may take longer than the request.
 *
 * @category destructors
 * @since 0.1.0
 */
export const readLimits = (limits: Partial<ServerLimits> | undefined): E.Either<InvalidInput, ServerLimits> => {
  const checked = NumberOption.readAll(
    'limits',
    {
      headersTimeout: { min: 1, max: longestTimer, absent: defaultLimits.headersTimeout },
      requestTimeout: { min: 1, max: longestTimer, absent: defaultLimits.requestTimeout },
      idleTimeout: { min: 1, max: longestTimer, absent: defaultLimits.idleTimeout },
      maxConnections: { min: 1, max: longestTimer, absent: defaultLimits.maxConnections },
    },
    limits,
  )
  if (E.isRight(checked) && checked.right.headersTimeout > checked.right.requestTimeout)
    return rejectInput('limits.headersTimeout', 'must be at most limits.requestTimeout')
  return checked
}
