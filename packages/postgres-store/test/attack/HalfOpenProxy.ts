import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { certificate, key } from './certificate.ts'

/**
 * A proxy to a server on which connections vanish silently: nothing is passed on any more, in either direction, and
 * neither end gets a sign. New ones are served.
 */
export interface HalfOpenProxy {
  readonly url: string
  /** How many connections are open, the vanished ones too. */
  readonly open: () => number
  /** How many connections have vanished and are still held by their client. */
  readonly held: () => number
  /** Lets all connections vanish but the given number that were opened last. */
  readonly vanish: (but?: number) => number
  readonly close: () => Promise<void>
}

interface Connection {
  vanished: boolean
  readonly destroy: () => void
}

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The client asks in clear text, as the protocol wants it, and goes on with TLS. */
const secure = (plain: Socket): Promise<Socket> =>
  new Promise((resolve) => {
    plain.once('data', () => {
      plain.write('S')
      resolve(new TLSSocket(plain, { isServer: true, key, cert: certificate }))
    })
  })

export const halfOpenProxy = async (url: string, { tls = false } = {}): Promise<HalfOpenProxy> => {
  const target = new URL(url)
  const { port, hostname } = target
  const connections = new Set<Connection>()
  const server = createServer((plain) => {
    const to = dial(Number(port), hostname)
    const destroy = (): void => {
      plain.destroy()
      to.destroy()
    }
    const connection: Connection = { vanished: false, destroy }
    connections.add(connection)
    const forget = (): void => {
      connections.delete(connection)
      destroy()
    }
    const join = (from: Socket): void => {
      from.on('error', () => {})
      from.on('close', forget)
      from.on('data', (data) => connection.vanished || to.write(data))
      to.on('data', (data) => connection.vanished || from.write(data))
      // The server's last message when it ends is lost as well.
      to.on('close', () => connection.vanished || forget())
    }
    plain.on('error', () => {})
    plain.on('close', forget)
    to.on('error', () => {})
    if (tls) void secure(plain).then(join)
    else join(plain)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  target.port = `${portOf(server)}`
  return {
    url: target.toString(),
    open: () => connections.size,
    held: () => [...connections].filter(({ vanished }) => vanished).length,
    vanish: (but = 0) => {
      const chosen = [...connections].slice(but)
      for (const connection of chosen) connection.vanished = true
      return chosen.length
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const { destroy } of connections) destroy()
      }),
  }
}
