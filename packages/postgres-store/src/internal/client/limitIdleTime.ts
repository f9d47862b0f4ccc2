import type { SqlClient } from '../../SqlClient.ts'

/** The longest time that a setting of the server can hold, in milliseconds. */
const maxSetting = 2_147_483_647

/**
 * Has the server undo this transaction when its client sends nothing for so many milliseconds: a process that was paused, or cut off, must not hold its locks, nor
 * the readers of the log, until somebody notices. A shorter time that holds already stays. The statement leaves together with the first of the body.
 */
export const limitIdleTime = (transaction: SqlClient, timeout: number): void => {
  // A number of ours, without parameters: so the statement needs no round trip to be prepared.
  const limit = Math.max(1, Math.min(Math.ceil(timeout), maxSetting))
  const sent = transaction.unsafe(`
    select set_config('idle_in_transaction_session_timeout', '${limit}', true)
    where extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval) * 1000
      not between 1 and ${limit}`)
  // That it failed is seen by the next statement, or by the commit.
  sent.then(
    () => {},
    () => {},
  )
}
