import { connect, createServer, type Socket } from 'node:net'

/**
 * A proxy on a port that stays the same, whichever server is behind it, as HAProxy or a virtual address is in front of
 * a primary and its standbys.
 *
 * @category model
 * @since 0.1.0
 */
export interface SwitchableProxy {
  readonly port: number
  /** The url of a server with the port of this proxy. */
  readonly urlOf: (url: string) => string
  /** Closes all connections and sends new ones to another port of 127.0.0.1. */
  readonly switchTo: (port: number) => void
  /** Closes all connections, and each new one at once, until `switchTo`. */
  readonly cut: () => void
  /**
   * Drops all data in both directions without a sign to either side, until `switchTo`: connections stay open, and new
   * ones open too and receive nothing.
   */
  readonly vanish: () => void
  /** The number of open connections. */
  readonly connections: () => number
  readonly close: () => Promise<void>
}

interface Connection {
  readonly client: Socket
  readonly server: Socket | undefined
}

type Mode =
  | { readonly _tag: 'leading'; readonly port: number }
  | { readonly _tag: 'cut' }
  | { readonly _tag: 'vanished' }

const quiet = (socket: Socket): void => {
  socket.setNoDelay(true)
  // Errors are ignored: a closed connection also emits `close`, which is enough.
  socket.on('error', () => {})
}

const join = (client: Socket, port: number): Connection => {
  const server = connect(port, '127.0.0.1')
  for (const socket of [client, server]) quiet(socket)
  client.once('close', () => server.destroy())
  server.once('close', () => client.destroy())
  client.pipe(server)
  server.pipe(client)
  return { client, server }
}

/**
 * Opens a proxy on a free port of 127.0.0.1, which leads to this port.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async (to: number): Promise<SwitchableProxy> => {
  let mode: Mode = { _tag: 'leading', port: to }
  const connections = new Set<Connection>()
  const destroyAll = (): void => {
    for (const { client, server } of connections) {
      client.destroy()
      server?.destroy()
    }
  }
  const listener = createServer((client) => {
    quiet(client)
    if (mode._tag === 'cut') {
      client.destroy()
      return
    }
    if (mode._tag === 'vanished') client.pause()
    const connection = mode._tag === 'leading' ? join(client, mode.port) : { client, server: undefined }
    connections.add(connection)
    client.once('close', () => connections.delete(connection))
  })
  const port = await new Promise<number>((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address()
      // An address that is not an object is the path of a pipe, and this server listens on a port.
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  return {
    port,
    urlOf: (url) => Object.assign(new URL(url), { port: `${port}` }).href,
    switchTo: (next) => {
      mode = { _tag: 'leading', port: next }
      destroyAll()
    },
    cut: () => {
      mode = { _tag: 'cut' }
      destroyAll()
    },
    vanish: () => {
      mode = { _tag: 'vanished' }
      for (const { client, server } of connections) {
        for (const socket of [client, server]) {
          socket?.unpipe()
          socket?.pause()
        }
      }
    },
    connections: () => connections.size,
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve())
        destroyAll()
      }),
  }
}

/**
 * Functions on {@link SwitchableProxy}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const SwitchableProxy = { open } as const
