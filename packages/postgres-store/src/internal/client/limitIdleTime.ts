import type { SqlClient } from '../../SqlClient.ts'

/** The maximum of a time setting of the server, in milliseconds. */
const maxSetting = 2_147_483_647

/**
 * Makes the server roll back this transaction when its client sends nothing for `timeout` milliseconds: a process that
 * is paused or cut off must not hold its locks, nor block readers of the log, indefinitely. A shorter time that is
 * already set stays. The statement is sent together with the first one of the body.
 */
export const limitIdleTime = (transaction: SqlClient, timeout: number): void => {
  // The limit is foldlog's own number, written into the text without parameters: so the statement needs no round trip
  // to be prepared.
  const limit = Math.max(1, Math.min(Math.ceil(timeout), maxSetting))
  const sent = transaction.unsafe(`
    select set_config('idle_in_transaction_session_timeout', '${limit}', true)
    where extract(epoch from current_setting('idle_in_transaction_session_timeout')::interval) * 1000
      not between 1 and ${limit}`)
  // The next statement, or the commit, shows a failure.
  sent.then(
    () => {},
    () => {},
  )
}
