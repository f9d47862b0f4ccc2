import postgres from 'postgres'
import type { Fault } from '../Fault.ts'

/** More connections than the server of the coordinator accepts. */
const many = 100

/** Recognises the error `too many clients` by its shape. */
const isTooMany = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && Reflect.get(cause, 'code') === '53300'

/**
 * Takes every remaining connection of the server, and terminates some connections of workers, which then cannot
 * reconnect for a moment.
 *
 * @category faults
 * @since 0.1.0
 */
export const fullServer: Fault = {
  kind: 'connection limit reached',
  share: 1,
  inject: async ({ random, server, sql, network, hold }) => {
    const seconds = random.int(300, 1_500) / 1_000
    const crowd = postgres(server.url, { max: many, fetch_types: false, onnotice: () => {}, connect_timeout: 5 })
    const guests = Promise.allSettled(Array.from({ length: many }, () => crowd`select pg_sleep(${seconds})`))
    await hold(200)
    for (let i = 0; i < 3; i++) network.tear()
    await sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'foldlog torture writers' limit 2`.catch(
      () => {},
    )
    const results = await guests
    await crowd.end({ timeout: 0 })
    return results.some((result) => result.status === 'rejected' && isTooMany(result.reason))
  },
}
