import { type CancelledWork, type Connection, connectionOf, connectionsOfClients } from './Connection.ts'
import { property } from './untypedValue.ts'
import { isBusy, type WireState } from './WireReader.ts'

/**
 * Destroys a connection, and requests that the server cancels its statement. Destroys with it the idle connections of
 * the same client that have been silent for as long: they may have vanished too, and each of them would cost the next
 * statement as much time. The client opens new connections when it needs them.
 */
const destroyConnection = (connection: Connection, work: CancelledWork): Promise<void> => {
  const { siblings, silentSince } = connection
  const cancelled = connection.cancel(work)
  for (const other of [...siblings])
    if (!isBusy(other) && other.outsideTransaction && other.silentSince < silentSince) other.destroy()
  connection.destroy()
  return cancelled
}

/** Destroys the connection of a statement, whose answers the driver no longer reads in order. */
export const closeBrokenConnection = (statement: unknown): void => {
  const connection = connectionOf(statement)
  if (connection !== undefined && connection !== 'not sent') connection.destroy()
}

/** Milliseconds after which a statement that still waits in the client is checked again. */
const recheckInterval = 500

/**
 * Calls `check` until `answered` has settled. `check` returns in how many milliseconds to check again, or undefined
 * when there is nothing more to do.
 */
const checkUntil = (answered: PromiseLike<unknown>, check: () => number | undefined): void => {
  let over = false
  const end = (): void => {
    over = true
  }
  answered.then(end, end)
  const checkAgain = (): void => {
    const wait = over ? undefined : check()
    if (wait !== undefined) setTimeout(checkAgain, Math.max(1, wait)).unref()
  }
  checkAgain()
}

/**
 * Handles a statement that has had no answer for `timeout` milliseconds. Its connection is destroyed as soon as the
 * connection has been silent for as long: the statement may have been sent late, or wait behind others that are
 * answered. When it was destroyed at once, returns after the cancel request to the server.
 */
export const closeSilentConnection = (
  statement: unknown,
  timeout: number,
  answered: PromiseLike<unknown>,
  work: CancelledWork,
): Promise<void> => {
  let cancelled = Promise.resolve()
  checkUntil(answered, () => {
    const connection = connectionOf(statement)
    if (connection === undefined) return undefined
    if (connection === 'not sent') return recheckInterval
    const left = silenceLeft(connection, timeout)
    if (left <= 0) cancelled = destroyConnection(connection, work)
    return left <= 0 ? undefined : left
  })
  return cancelled
}

const silenceLeft = ({ silentSince }: WireState, timeout: number): number => silentSince + timeout - performance.now()

/**
 * Returns how long, in milliseconds, the connection of a statement may still be silent while it owes an answer;
 * undefined when that is not known.
 */
export const silenceLeftFor = (statement: unknown, timeout: number): number | undefined => {
  const connection = connectionOf(statement)
  if (connection === undefined || connection === 'not sent') return undefined
  return isBusy(connection) ? silenceLeft(connection, timeout) : timeout
}

/**
 * Handles a `begin` of this client that has had no answer for `timeout` milliseconds. The client does not tell to which
 * connection it went. But a server answers a `begin` at once: a connection that owes no other answer, and has been
 * silent for as long, is gone, whichever caller sent the `begin`.
 */
export const closeSilentBegins = (sql: unknown, timeout: number, answered: PromiseLike<unknown>): void => {
  const options = property(sql, 'options')
  const siblings = typeof options === 'object' && options !== null ? connectionsOfClients.get(options) : undefined
  if (siblings === undefined) return
  checkUntil(answered, () => {
    for (const connection of [...siblings])
      if (connection.beginSince !== undefined && silenceLeft(connection, timeout) <= 0)
        void destroyConnection(connection, 'no commit')
    return recheckInterval
  })
}
