import type { PostgresServer } from './PostgresServer.ts'
import type { SwitchableProxy } from './SwitchableProxy.ts'

/**
 * A server that follows a primary, through a link of its own that can be cut: it never receives what the primary writes
 * after that.
 *
 * @category model
 * @since 0.1.0
 */
export interface Standby extends PostgresServer {
  /** Its name among the standbys of the primary (`application_name`). */
  readonly name: string
  /** The link through which it receives WAL from the primary. */
  readonly link: SwitchableProxy
  /** Waits until this standby has replayed everything that the primary has written by now. */
  readonly caughtUp: () => Promise<void>
  /** Cuts the link, and waits until both ends have noticed: the standby does not receive later writes. */
  readonly cutOff: () => Promise<void>
  /** Makes it a primary of a new timeline, and waits until it takes writes. */
  readonly promote: () => Promise<void>
}
