import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import type { FaultContext } from '../Fault.ts'
import type { Recovery } from '../FaultSpan.ts'
import { pause, withTimeout } from '../timers.ts'

/**
 * A client with a store, on the network of the workers, on which a fault is measured.
 *
 * @category model
 * @since 0.1.0
 */
export interface Probe {
  readonly sql: postgres.Sql
  readonly store: PostgresStore
}

/** Milliseconds within which a statement of the probe must be answered. */
export const probeTimeout = 2_000

/** Milliseconds in which all work must succeed again: the timeout of a statement and five seconds. */
const bound = probeTimeout + 5_000

/** The number of connections of the probe. */
export const probeConnections = 3

/**
 * Milliseconds in which new clients must get an answer. Otherwise the machine is too busy, or the server is down, and
 * nothing can be measured.
 */
const promptTimeout = 1_000

/** Checks whether the server answers new clients promptly, until the check is stopped. */
const watchServer = (url: string) => {
  let prompt = true
  let over = false
  const asking = (async () => {
    while (!over && prompt) {
      const sql = postgres(url, { max: 1, fetch_types: false, onnotice: () => {}, connect_timeout: 5 })
      const asked = performance.now()
      const answered = await withTimeout(promptTimeout, sql`select 1`).then(
        () => true,
        () => false,
      )
      prompt = prompt && answered && performance.now() - asked < promptTimeout
      await withTimeout(promptTimeout, sql.end({ timeout: 0 })).catch(() => {})
      await pause(100)
    }
  })()
  return async (): Promise<boolean> => {
    over = true
    await asking
    return prompt
  }
}

/**
 * Repeats work until it succeeds, and returns the time that this took. Undefined when there is no valid measurement,
 * because the server did not answer others either. Stops some time after the bound when the work never succeeds.
 */
const timeToRecover = async (
  world: FaultContext,
  work: () => Promise<E.Either<unknown, unknown>>,
): Promise<number | undefined> => {
  const stop = watchServer(world.server.url)
  const from = performance.now()
  let through = false
  while (!through && performance.now() - from < 2 * bound) {
    through = E.isRight(await withTimeout(2 * bound, work()).catch(E.left))
    if (!through) await pause(20)
  }
  const milliseconds = performance.now() - from
  return (await stop()) ? milliseconds : undefined
}

/**
 * Makes a probe, causes the fault, and measures how long the work takes to succeed again. False when it could not be
 * measured. `hide` changes the client that the store gets.
 *
 * @category combinators
 * @since 0.1.0
 */
export const measureRecovery = async (
  world: FaultContext,
  of: string,
  cause: (probe: Probe) => Promise<unknown>,
  work: (probe: Probe) => Promise<E.Either<unknown, unknown>>,
  hide: (sql: postgres.Sql) => postgres.Sql = (sql) => sql,
): Promise<Recovery | false> => {
  const client = postgres(world.network.url, {
    max: probeConnections,
    fetch_types: false,
    onnotice: () => {},
    connect_timeout: 5,
    backoff: (attempt) => Math.min(0.02 * 2 ** attempt, 0.5),
    connection: { application_name: 'foldlog probe' },
  })
  const sql = hide(client)
  const store = makePostgresStore({ sql, schema: world.schema, statementTimeout: probeTimeout })
  try {
    await withTimeout(bound, cause({ sql, store }))
    const milliseconds = await timeToRecover(world, () => work({ sql, store }))
    return milliseconds === undefined ? false : { of, milliseconds, bound }
  } finally {
    await withTimeout(bound, client.end({ timeout: 0 })).catch(() => {})
  }
}
