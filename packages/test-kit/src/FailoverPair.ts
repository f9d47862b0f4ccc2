import type { PostgresServer, ServerSettings } from './PostgresServer.ts'
import { PostgresServers } from './PostgresServers.ts'
import { SwitchableProxy } from './SwitchableProxy.ts'

/**
 * A primary and a synchronous standby behind one address, which fail over on request any number of times, like two
 * servers under Patroni.
 *
 * @category model
 * @since 0.1.0
 */
export interface FailoverPair {
  /** The address to which applications connect, all the time. */
  readonly url: string
  /** The proxy between the applications and the primary. */
  readonly proxy: SwitchableProxy
  /** The server that takes writes now. */
  readonly primary: () => PostgresServer
  /**
   * Cuts the standby off, crashes the primary without a shutdown, and promotes the standby. Then makes another standby
   * and waits until commits wait for it: until then one more crash would lose commits.
   */
  readonly failOver: () => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Starts both.
 *
 * @category constructors
 * @since 0.1.0
 */
const start = async (settings?: ServerSettings): Promise<FailoverPair> => {
  const servers = await PostgresServers.start(settings)
  let primary = servers.primary
  let made = 0
  const addStandby = async () => {
    const name = `standby_${++made}`
    const added = await servers.addStandby(name, primary)
    await PostgresServers.synchronise(primary, [name])
    return added
  }
  let standby = await addStandby()
  const proxy = await SwitchableProxy.open(primary.port)
  return {
    url: proxy.urlOf(primary.url),
    proxy,
    primary: () => primary,
    failOver: async () => {
      const old = primary
      // Commits that the primary acknowledges from here on without waiting for the standby are lost.
      await standby.cutOff()
      // Not before the crash: a client must not find the old primary again.
      await old.crash()
      proxy.cut()
      await standby.promote()
      primary = standby
      proxy.switchTo(primary.port)
      await servers.discard(old)
      standby = await addStandby()
    },
    close: async () => {
      await proxy.close()
      await servers.close()
    },
  }
}

/**
 * Functions on {@link FailoverPair}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const FailoverPair = { start } as const
