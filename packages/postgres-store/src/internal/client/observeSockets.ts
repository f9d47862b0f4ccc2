import net from 'node:net'
import tls from 'node:tls'
import { backendKey, isBusy, makeWireReader, type WireState } from './WireReader.ts'

/**
 * `postgres` keeps a connection that has vanished silently (a firewall drops it, a cable is pulled) until the kernel
 * stops sending to it, which takes 15 minutes. The client has no function to drop one connection. So foldlog makes the
 * sockets of the client here, as the client itself would, and observes each: when a statement has no answer in time,
 * the socket of its connection is destroyed. The client then opens another one, as it does after any lost connection.
 *
 * This relies on three facts of `postgres` 3.4: it calls `options.socket` for each socket; its connections read the
 * object `options` of the client; a statement that was sent has the process id and the secret of its backend in
 * `state`. When one of these no longer holds, no socket is destroyed, and `vanishedConnections.slow.test.ts` fails.
 */
type Connection = WireState & { readonly destroy: () => void; readonly siblings: Set<Connection> }

/** By backend: two servers may have the same process ids, but not the same secrets. */
const connections = new Map<string, Connection>()

/** The connections of each client, by its options. */
const connectionsOfClients = new WeakMap<object, Set<Connection>>()

/**
 * Milliseconds after which the kernel probes the other end of an idle connection; without an answer it probes ten more
 * times within ten seconds.
 */
const keepAliveDelay = 5_000

const property = (value: unknown, key: string): unknown =>
  (typeof value === 'object' && value !== null) || typeof value === 'function' ? Reflect.get(value, key) : undefined

type AnyFunction = (...parameters: ReadonlyArray<unknown>) => unknown

const isFunction = (value: unknown): value is AnyFunction => typeof value === 'function'

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
  readonly onClosed: () => void
  /** Whether the client upgrades this socket to TLS. */
  readonly upgradesToTls: boolean
}

/** Observes the bytes sent and received on a socket, in clear text. */
const observeSocket = (socket: net.Socket, { siblings, onClosed, upgradesToTls }: SocketContext): void => {
  const { state, readSent, readReceived } = makeWireReader()
  const connection: Connection = Object.assign(state, { destroy: () => void socket.destroy(), siblings })
  const forget = (): void => {
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
      observeTlsSocket(socket, siblings)
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
const observeTlsSocket = (plain: net.Socket, siblings: Set<Connection>): void => {
  const original = tls.connect
  const restore = (): void => {
    if (tls.connect === once) Reflect.set(tls, 'connect', original)
  }
  const once: AnyFunction = (...given) => {
    restore()
    const secured: unknown = Reflect.apply(original, tls, given)
    if (property(given[0], 'socket') === plain && secured instanceof net.Socket)
      observeSocket(secured, { siblings, onClosed: () => {}, upgradesToTls: false })
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
    const socket = isFunction(ownSocketFactory) ? await ownSocketFactory(used) : makeSocket(used, index)
    if (socket instanceof net.Socket)
      observeSocket(socket, {
        siblings,
        onClosed: () => void nextHosts.push(next),
        upgradesToTls: Boolean(property(used, 'ssl')),
      })
    return socket
  })
}

/**
 * Destroys a connection, and with it the idle connections of the same client that have been silent for as long: they
 * may have vanished too, and each of them would cost the next statement as much time. The client opens new connections
 * when it needs them.
 */
const destroyConnection = (connection: Connection): void => {
  const { siblings, silentSince } = connection
  for (const other of [...siblings])
    if (!isBusy(other) && other.outsideTransaction && other.silentSince < silentSince) other.destroy()
  connection.destroy()
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

/** The connection on which a statement was sent; undefined when it is not observed. */
const connectionOf = (statement: unknown): Connection | 'not sent' | undefined => {
  const state = property(statement, 'state')
  if (state === null) return 'not sent'
  const [pid, secret] = [property(state, 'pid'), property(state, 'secret')]
  return typeof pid === 'number' && typeof secret === 'number' ? connections.get(backendKey(pid, secret)) : undefined
}

/**
 * Handles a statement that has had no answer for `timeout` milliseconds. Its connection is destroyed as soon as the
 * connection has been silent for as long: the statement may have been sent late, or wait behind others that are
 * answered.
 */
export const closeSilentConnection = (statement: unknown, timeout: number, answered: PromiseLike<unknown>): void =>
  checkUntil(answered, () => {
    const connection = connectionOf(statement)
    if (connection === undefined) return undefined
    if (connection === 'not sent') return recheckInterval
    const left = silenceLeft(connection, timeout)
    if (left <= 0) destroyConnection(connection)
    return left <= 0 ? undefined : left
  })

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
      if (connection.beginSince !== undefined && silenceLeft(connection, timeout) <= 0) destroyConnection(connection)
    return recheckInterval
  })
}

/**
 * Waits until the client knows of all sockets that are closed by now. A socket emits its error, or is destroyed, before
 * it emits that it is closed. A statement that the client gets in between would be lost, or kept wrongly. After one
 * turn of the event loop the client knows.
 */
export const untilClosed = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
