/**
 * The health of an application. `live`: a restart would not help. A supervisor restarts a process that is not live. It
 * is true until the application has stopped, also while the store is down, because a restart does not repair a store.
 * `ready`: it can take commands and queries now: it has started, has registered its handlers, is not stopping, and its
 * store answers and has the schema of this version. `why` says why it is not ready, in sentences; it is empty when it
 * is.
 *
 * `warnings` are for an operator: handlers that are stopped, have parked events, or have no process. They do not affect
 * readiness, because they concern all processes alike.
 *
 * @category model
 * @since 0.1.0
 */
export interface Health {
  readonly live: boolean
  readonly ready: boolean
  readonly why: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<string>
}

/**
 * An answer to a probe over HTTP: 200 or 503, and a JSON text. It must not be cached.
 *
 * @category model
 * @since 0.1.0
 */
export interface HealthAnswer {
  readonly status: 200 | 503
  readonly headers: { readonly 'Content-Type': 'application/json'; readonly 'Cache-Control': 'no-store' }
  readonly body: string
}

/**
 * Makes the answer to a probe for readiness. The sentences name handlers and the faults of the store, so serve it to
 * your platform only.
 *
 * @category destructors
 * @since 0.1.0
 */
const toAnswer = ({ live, ready, why, warnings }: Health): HealthAnswer => ({
  status: ready ? 200 : 503,
  headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
  body: JSON.stringify({ live, ready, why, warnings }),
})

/**
 * Functions on {@link Health}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Health = { toAnswer } as const
