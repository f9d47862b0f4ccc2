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
