import net from 'node:net'
import tls from 'node:tls'
import { type CancelledWork, type Connection, connections, connectionsOfClients } from './Connection.ts'
import { requestCancel } from './cancelRequest.ts'
import { commitsMayWait } from './commitsWait.ts'
import { type AnyFunction, isFunction, property } from './untypedValue.ts'
import { isBusy, makeWireReader } from './WireReader.ts'

/**
 * Milliseconds after which the kernel probes the other end of an idle connection; without an answer it probes ten more
 * times within ten seconds.
 */
const keepAliveDelay = 5_000

/**
 * Replaces a method of this one object by the result of `wrap`. (By assignment: a property that is defined in another
 * way makes all properties of the object slow.)
 */
const replaceMethod = (object: object, method: string, wrap: (original: AnyFunction) => AnyFunction): void => {
  const original: unknown = Reflect.get(object, method)
  if (!isFunction(original)) return
  const bound: AnyFunction = (...parameters) => Reflect.apply(original, object, parameters)
  Reflect.set(object, method, wrap(bound))
}

interface SocketContext {
  readonly siblings: Set<Connection>
  /** Opens another socket to the same server. */
  readonly open: () => Promise<unknown>
  /** Whether commits may wait for a standby there. */
  readonly commitsMayWait: () => Promise<boolean>
  readonly onClosed: () => void
  /** Whether the client upgrades this socket to TLS. */
  readonly upgradesToTls: boolean
}

/** Observes the bytes sent and received on a socket, in clear text. */
const observeSocket = (socket: net.Socket, context: SocketContext): void => {
  const { siblings, open, onClosed, upgradesToTls } = context
  const { state, readSent, readReceived } = makeWireReader()
  let cancelled: Promise<void> | undefined
  const cancelWork = async (backend: string, work: CancelledWork): Promise<void> => {
    if (work === 'no commit' || !(await context.commitsMayWait())) await requestCancel(open, backend)
  }
  const cancel: Connection['cancel'] = (work) => {
    if (state.backend === undefined || !isBusy(state)) return Promise.resolve()
    cancelled ??= cancelWork(state.backend, work)
    return cancelled
  }
  const connection: Connection = Object.assign(state, { destroy: () => void socket.destroy(), cancel, siblings })
  const forget = (failed: boolean): void => {
    // A server that closes a connection has ended its statement. When the network fails, the server may not know.
    if (failed) void cancel('perhaps a commit')
    siblings.delete(connection)
    if (connection.backend !== undefined && connections.get(connection.backend) === connection)
      connections.delete(connection.backend)
    onClosed()
  }
  siblings.add(connection)
  replaceMethod(socket, 'write', (write) => (bytes, ...rest) => {
    if (Buffer.isBuffer(bytes)) readSent(bytes)
    return write(bytes, ...rest)
  })
  replaceMethod(
    socket,
    'setKeepAlive',
    (set) =>
      (on, delay, ...rest) =>
        set(on, typeof delay === 'number' ? Math.min(delay, keepAliveDelay) : delay, ...rest),
  )
  socket.on('data', (bytes: Buffer) => {
    const known = connection.backend
    readReceived(bytes)
    if (known === undefined && connection.backend !== undefined) connections.set(connection.backend, connection)
  })
  socket.once('close', forget)
  if (!upgradesToTls) return
  replaceMethod(socket, 'removeAllListeners', (remove) => (...parameters) => {
    const result = remove(...parameters)
    if (!socket.destroyed) {
      socket.once('close', forget)
      observeTlsSocket(socket, context)
    }
    return result
  })
}

/**
 * Observes a TLS socket. With TLS the clear text is on a socket that the client makes itself, by `tls.connect`,
 * directly after it has removed all listeners of the plain socket. `tls` has no event for a new socket. So for that one
 * call, which follows in the same turn, `tls.connect` is replaced; the original is restored before the replacement does
 * anything.
 */
const observeTlsSocket = (plain: net.Socket, context: SocketContext): void => {
  const original = tls.connect
  const restore = (): void => {
    if (tls.connect === once) Reflect.set(tls, 'connect', original)
  }
  const once: AnyFunction = (...given) => {
    restore()
    const secured: unknown = Reflect.apply(original, tls, given)
    if (property(given[0], 'socket') === plain && secured instanceof net.Socket)
      observeSocket(secured, { ...context, onClosed: () => {}, upgradesToTls: false })
    return secured
  }
  Reflect.set(tls, 'connect', once)
  queueMicrotask(restore)
}

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])

/** Makes a socket as the client would. It connects after the client has added its listeners. */
const makeSocket = (options: object, index: number): net.Socket => {
  const socket = new net.Socket()
  const path = property(options, 'path')
  const host = listOf(property(options, 'host'))[index]
  const port = listOf(property(options, 'port'))[index]
  const to =
    typeof path === 'string' && path !== ''
      ? { path }
      : { host: String(host ?? 'localhost'), port: Number(port ?? 5432) }
  Object.assign(socket, to, { ssl: property(options, 'ssl') })
  setImmediate(() => {
    if (socket.destroyed) return
    const { write } = socket
    try {
      socket.connect(to)
      // `connect` has restored the original method.
      socket.write = write
    } catch (cause) {
      socket.destroy(cause instanceof Error ? cause : new Error(String(cause)))
    }
  })
  return socket
}

/**
 * `postgres` keeps a connection that has vanished silently (a firewall drops it, a cable is pulled) until the kernel
 * stops sending to it, which takes 15 minutes. The client has no function to drop one connection. So foldlog makes the
 * sockets of the client here, as the client itself would, and observes each: when a statement has no answer in time,
 * the socket of its connection is destroyed. The client then opens another one, as it does after any lost connection.
 *
 * This relies on three facts of `postgres` 3.4: it calls `options.socket` for each socket; its connections read the
 * object `options` of the client; a statement that was sent has the process id and the secret of its backend in
 * `state`. When one of these no longer holds, no socket is destroyed, and `vanishedConnections.slow.test.ts` fails.
 *
 * Observes the connections that this client opens from now on. An object that is no client of `postgres`, such as a
 * transaction, is ignored. When the owner of a client makes its sockets, they are only observed.
 */
export const observeSockets = (sql: unknown): void => {
  const options = property(sql, 'options')
  if (typeof options !== 'object' || options === null || connectionsOfClients.has(options)) return
  if (!isFunction(property(sql, 'begin'))) return
  const siblings = new Set<Connection>()
  connectionsOfClients.set(options, siblings)
  const ownSocketFactory = property(options, 'socket')
  /** Hosts in turn: after a connection was closed the next attempt tries the next host, as the client itself does. */
  const nextHosts: Array<number> = []
  // The client that listens gets a copy of the options, and so makes its sockets here too.
  Reflect.set(options, 'socket', async (used: object) => {
    const index = nextHosts.shift() ?? 0
    const next = (index + 1) % Math.max(1, listOf(property(used, 'port')).length)
    const open = async (): Promise<unknown> =>
      isFunction(ownSocketFactory) ? ownSocketFactory(used) : makeSocket(used, index)
    const socket = await open()
    if (socket instanceof net.Socket)
      observeSocket(socket, {
        siblings,
        open,
        commitsMayWait: () => commitsMayWait(sql, untilClosed),
        onClosed: () => void nextHosts.push(next),
        upgradesToTls: Boolean(property(used, 'ssl')),
      })
    return socket
  })
}

/**
 * Waits until the client knows of all sockets that are closed by now. A socket emits its error, or is destroyed, before
 * it emits that it is closed. A statement that the client gets in between would be lost, or kept wrongly. After one
 * turn of the event loop the client knows.
 */
export const untilClosed = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
