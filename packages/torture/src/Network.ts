import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Random } from './Random.ts'

/**
 * The proxy between the workers and the server. Its connections can break and fall silent.
 *
 * @category model
 * @since 0.1.0
 */
export interface Network {
  /** The url of the server through the proxy. */
  readonly url: string
  /** Closes one connection; false when there is none. */
  readonly tear: () => boolean
  /**
   * Silences one connection in one direction or both, as on a half-open network. Returns a function that ends the
   * silence, or undefined when there is no connection.
   */
  readonly silence: () => ((how: 'torn' | 'late') => void) | undefined
  /**
   * Makes all current connections vanish: nothing is forwarded any more, and neither end is notified. New connections
   * are served. Returns the number of connections, and how many of them their clients still keep open.
   */
  readonly vanish: () => { readonly number: number; readonly held: () => number }
  readonly close: () => Promise<void>
}

interface Connection {
  readonly client: Socket
  readonly server: Socket
  silent: boolean
  vanished: boolean
}

const join = (client: Socket, target: URL): Connection => {
  const server = connect(Number(target.port), target.hostname)
  for (const socket of [client, server]) {
    socket.setNoDelay(true)
    // Every closed connection emits `close`, so errors need no handling of their own.
    socket.on('error', () => {})
  }
  const connection: Connection = { client, server, silent: false, vanished: false }
  client.once('close', () => server.destroy())
  // When the server ends a vanished connection, its client is not notified either.
  server.once('close', () => connection.vanished || client.destroy())
  // A pipe waits for the slower side, so no data accumulates here.
  client.pipe(server)
  server.pipe(client)
  return connection
}

const silence = (from: Socket, to: Socket): (() => void) => {
  from.unpipe(to)
  from.pause()
  return () => void from.pipe(to)
}

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      // An address that is not an object is the path of a pipe, and this server has a port.
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })

/**
 * Opens a proxy to the server at this url, on a free port of 127.0.0.1.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async (url: string, random: Random): Promise<Network> => {
  const target = new URL(url)
  const connections = new Set<Connection>()
  const listener = createServer((client) => {
    const connection = join(client, target)
    connections.add(connection)
    client.once('close', () => connections.delete(connection))
  })
  const here = new URL(url)
  here.port = String(await listen(listener))
  const destroy = ({ client, server }: Connection): void => {
    client.destroy()
    server.destroy()
  }
  const one = (): Connection | undefined => random.pick([...connections].filter(({ silent }) => !silent))
  return {
    url: here.toString(),
    tear: () => {
      const connection = one()
      if (connection !== undefined) destroy(connection)
      return connection !== undefined
    },
    silence: () => {
      const connection = one()
      if (connection === undefined) return undefined
      const { client, server } = connection
      connection.silent = true
      const direction = random.pick(['requests', 'answers', 'both'])
      const speak = [
        ...(direction === 'answers' ? [] : [silence(client, server)]),
        ...(direction === 'requests' ? [] : [silence(server, client)]),
      ]
      return (how) => {
        connection.silent = false
        if (how === 'torn') destroy(connection)
        // Data sent earlier arrives now, perhaps long after it was resent over another connection.
        else for (const resume of speak) resume()
      }
    },
    vanish: () => {
      const all = [...connections].filter(({ silent }) => !silent)
      for (const connection of all) {
        const { client, server } = connection
        connection.silent = true
        connection.vanished = true
        client.unpipe(server)
        server.unpipe(client)
        // Arriving data is lost. It is read all the same: otherwise the end of the connection would not be detected.
        client.resume()
        server.resume()
      }
      return { number: all.length, held: () => all.filter((connection) => connections.has(connection)).length }
    },
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve())
        for (const connection of connections) destroy(connection)
      }),
  }
}

/**
 * Functions on {@link Network}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Network = { open } as const
