import type { PostgresServer } from './PostgresServer.ts'
import type { SwitchableProxy } from './SwitchableProxy.ts'

/**
 * A server that follows a primary, through a link of its own that can be cut: what the primary writes after that never
 * comes here.
 *
 * @category model
 * @since 0.1.0
 */
export interface Standby extends PostgresServer {
  /** Its name among the standbys of the primary (`application_name`). */
  readonly name: string
  /** The way of the WAL from the primary. */
  readonly link: SwitchableProxy
  /** Waits until everything that the primary has written by now is replayed here. */
  readonly caughtUp: () => Promise<void>
  /** Cuts the link, and waits until both ends know: what is written from now on is not received. */
  readonly cutOff: () => Promise<void>
  /** Makes it a primary of a new timeline, and waits until it takes writes. */
  readonly promote: () => Promise<void>
}
