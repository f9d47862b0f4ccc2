import { property } from './untypedValue.ts'
import { backendKey, type WireState } from './WireReader.ts'

/** What the server may do for a connection: statements within a transaction, or commits too, as in autocommit. */
export type CancelledWork = 'no commit' | 'perhaps a commit'

/**
 * An observed connection, and what its bytes have shown so far. `siblings` are all connections of the same client.
 * `cancel` ends the statement that the server still runs for it. It is called when nothing waits for the answer any
 * more, and only the first call has an effect. Without it, a statement that is sent again would wait for the locks of
 * its first copy. A commit that waits for a standby is not cancelled; see `commitsMayWait`.
 */
export type Connection = WireState & {
  readonly destroy: () => void
  readonly cancel: (work: CancelledWork) => Promise<void>
  readonly siblings: Set<Connection>
}

/** By backend: two servers may have the same process ids, but not the same secrets. */
export const connections = new Map<string, Connection>()

/** The connections of each client, by its options. */
export const connectionsOfClients = new WeakMap<object, Set<Connection>>()

/** The connection on which a statement was sent; undefined when it is not observed. */
export const connectionOf = (statement: unknown): Connection | 'not sent' | undefined => {
  const state = property(statement, 'state')
  if (state === null) return 'not sent'
  const [pid, secret] = [property(state, 'pid'), property(state, 'secret')]
  return typeof pid === 'number' && typeof secret === 'number' ? connections.get(backendKey(pid, secret)) : undefined
}
