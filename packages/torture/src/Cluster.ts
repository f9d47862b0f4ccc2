import { FailoverPair, type PostgresServer, PostgresServers, SwitchableProxy } from '@foldlog/test-kit'
import { now } from './now.ts'

/**
 * Servers behind one address, which replace each other.
 *
 * @category model
 * @since 0.1.0
 */
export interface Cluster {
  /** The url of the current primary. */
  readonly url: string
  /**
   * Crashes that server, and promotes a standby for which every commit has waited. Returns false while another failover
   * is in progress. Only available with such a standby.
   */
  readonly failOver: () => Promise<boolean>
  /**
   * Saves the current log. The returned function cuts the server off, lets `look` read it (directly, at the given url),
   * crashes it, and replaces its log by the saved one. Only available where commits do not wait for a standby.
   */
  readonly remember: (how: RewindMethod) => Promise<{
    readonly from: number
    readonly goBack: (look: (url: string) => Promise<void>) => Promise<{ readonly to: number }>
  }>
  readonly close: () => Promise<void>
}

/**
 * The ways in which a log goes back. `standby`: a standby that lags is promoted. `backup`: a base backup is started as
 * after a crash, on the same timeline. `archive`: a base backup is recovered from an archive, on another timeline.
 *
 * @category model
 * @since 0.1.0
 */
export type RewindMethod = 'standby' | 'backup' | 'archive'

const unsupported = (): never => {
  throw new Error('not available with these servers')
}

const failovers = async (settings: ReadonlyArray<string>): Promise<Cluster> => {
  const pair = await FailoverPair.start({ settings })
  let underWay = false
  return {
    url: pair.url,
    failOver: async () => {
      if (underWay) return false
      underWay = true
      try {
        await pair.failOver()
        return true
      } finally {
        underWay = false
      }
    },
    remember: async () => unsupported(),
    close: pair.close,
  }
}

const rewinds = async (settings: ReadonlyArray<string>): Promise<Cluster> => {
  const servers = await PostgresServers.start({ settings })
  let { primary } = servers
  let standbys = 0
  const proxy = await SwitchableProxy.open(primary.port)

  const prepare = async (
    how: RewindMethod,
  ): Promise<{ readonly from: number; readonly start: () => Promise<PostgresServer> }> => {
    if (how !== 'standby') {
      const from = now()
      const backup = await servers.backUp(primary)
      return { from, start: () => servers.restore(backup, how === 'backup' ? 'crash' : 'archive') }
    }
    const standby = await servers.addStandby(`standby_${++standbys}`, primary)
    await standby.caughtUp()
    const from = now()
    await standby.cutOff()
    return { from, start: () => standby.promote().then(() => standby) }
  }

  return {
    url: proxy.urlOf(primary.url),
    failOver: async () => unsupported(),
    remember: async (how) => {
      const { from, start } = await prepare(how)
      return {
        from,
        goBack: async (look) => {
          const old = primary
          proxy.cut()
          await look(old.url)
          await old.crash()
          primary = await start()
          const to = now()
          proxy.switchTo(primary.port)
          await servers.discard(old)
          return { to }
        },
      }
    },
    close: async () => {
      await proxy.close()
      await servers.close()
    },
  }
}

/**
 * Starts the servers of a round.
 *
 * @category constructors
 * @since 0.1.0
 */
const start = (kind: 'failovers' | 'rewinds', settings: ReadonlyArray<string>): Promise<Cluster> =>
  kind === 'failovers' ? failovers(settings) : rewinds(settings)

/**
 * Functions on {@link Cluster}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Cluster = { start } as const
