import { randomUUID } from 'node:crypto'
import { withTimeout } from './timers.ts'
import { isFunction, property } from './untypedValue.ts'

/** Milliseconds for an answer. */
const patience = 500

/** How often to ask: the client may send the first question on a connection that is about to close. */
const attempts = 3

/** Waits until the client knows of all sockets that are closed by now; see `untilClosed`. */
type UntilClosed = () => Promise<void>

/**
 * Asks the server whether commits may wait for a synchronous standby there. Without an answer they may. Never rejects.
 *
 * Such a commit is written, and others do not see it yet. A cancel request ends the wait: then others see an event that
 * a failover takes away, and a command that is repeated is acknowledged because of that event.
 */
export const commitsMayWait = async (sql: unknown, untilClosed: UntilClosed): Promise<boolean> => {
  const unsafe = property(sql, 'unsafe')
  if (!isFunction(unsafe)) return true
  // The answer must begin with it: the client may return the answer of another statement.
  const token = randomUUID()
  const question = `select '${token}' || current_setting('synchronous_standby_names')`
  for (let attempt = 1; attempt <= attempts; attempt++) {
    await untilClosed()
    try {
      const answer = Reflect.apply(unsafe, sql, [question])
      const raw = property(answer, 'raw')
      if (!isFunction(raw)) return true
      const rows: unknown = await withTimeout(patience, Promise.resolve(Reflect.apply(raw, answer, [])))
      return String(property(property(rows, '0'), '0')) !== token
    } catch (cause) {
      if (property(cause, 'code') === 'NO_ANSWER') return true
    }
  }
  return true
}
