import { either as E } from 'fp-ts'
import { invalidHeader, type RequestError } from './RequestError.ts'

/**
 * The hosts of a server that listens on loopback: the names by which a machine reaches itself.
 *
 * @category constants
 * @since 0.1.0
 */
const loopback: ReadonlyArray<string> = ['localhost', '127.0.0.1', '[::1]']

/** A name or an address, and perhaps a port (RFC 9110, 7.2). Several `Host` headers arrive joined by commas. */
const pattern = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d{0,5})?$/i

/** The name of a host without its port, as URLs write it: `[::1]` for `[0:0:0:0:0:0:0:1]:80`. */
const nameOf = (host: string): string | undefined => {
  const [, name] = pattern.exec(host) ?? []
  try {
    return name === undefined ? undefined : new URL(`http://${name}`).hostname
  } catch {
    return undefined
  }
}

const notAllowed = (host: string): RequestError => ({ _tag: 'HostNotAllowed', host })

/**
 * Checks the host of a request: its `Host` header and the host of its URL must both be among `allowed`, whatever their
 * port. They may be written in any form: `SHOP.example`, `shop.example:3000`. A server of private data needs this
 * check: by DNS rebinding, a page of another site gives its own name the address of the server, and the browser then
 * lets the page read every answer.
 *
 * Errors: `InvalidHeader` for a header that is no single host; `HostNotAllowed`.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { HostHeader } from '@foldlog/http'
 *
 * const check = HostHeader.check(HostHeader.loopback)
 * console.log(check(new Request('http://localhost:3000/orders'))._tag)
 * console.log(check(new Request('http://attacker.example:3000/orders')))
 * ```
 *
 * ```text
 * Right
 * {
 *   _tag: 'Left',
 *   left: { _tag: 'HostNotAllowed', host: 'attacker.example' }
 * }
 * ```
 */
const check = (allowed: ReadonlyArray<string>): ((request: Request) => E.Either<RequestError, Request>) => {
  const names = new Set(allowed.map(nameOf))
  return (request) => {
    const { host: address, hostname } = new URL(request.url)
    const name = nameOf(request.headers.get('Host') ?? address)
    if (name === undefined) return E.left(invalidHeader('Host', 'must be one host'))
    const other = [name, hostname].find((one) => !names.has(one))
    return other === undefined ? E.right(request) : E.left(notAllowed(other))
  }
}

/**
 * Functions on the host of a request.
 *
 * @category namespace
 * @since 0.1.0
 */
export const HostHeader = { loopback, check } as const
