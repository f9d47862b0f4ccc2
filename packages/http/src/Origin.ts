import { either as E } from 'fp-ts'
import type { RequestError } from './RequestError.ts'

/** The host of an origin, `undefined` for `null` and everything else that is no origin. */
const hostOf = (origin: string): string | undefined => {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}

const crossSite = (origin: string): RequestError => ({ _tag: 'CrossSiteRequest', origin })

/**
 * Checks that a request was not caused by a page of another site: a browser sends forms and simple requests anywhere,
 * with all that the user may do there. A browser reports where a request comes from in `Sec-Fetch-Site`, and older ones
 * in `Origin`. A request without both is not from a page, and is accepted, and so is one from an origin among `trusted`
 * (`https://shop.example`). Reads need no check: without CORS headers another site cannot see their answers.
 *
 * Only the hosts of origins are compared, because a proxy in front of the server may end TLS.
 *
 * Errors: `CrossSiteRequest`.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { Origin } from '@foldlog/http'
 *
 * const check = Origin.check(['https://shop.example'])
 * const from = (headers: Record<string, string>) =>
 *   check(new Request('http://localhost:3000/orders/17/cancel', { method: 'POST', headers }))
 *
 * console.log(from({})._tag, from({ Origin: 'https://shop.example', 'Sec-Fetch-Site': 'cross-site' })._tag)
 * console.log(from({ Origin: 'https://attacker.example', 'Sec-Fetch-Site': 'cross-site' }))
 * ```
 *
 * ```text
 * Right Right
 * {
 *   _tag: 'Left',
 *   left: { _tag: 'CrossSiteRequest', origin: 'https://attacker.example' }
 * }
 * ```
 */
const check =
  (trusted: ReadonlyArray<string> = []) =>
  (request: Request): E.Either<RequestError, Request> => {
    const origin = request.headers.get('Origin')
    if (origin !== null && trusted.includes(origin)) return E.right(request)
    const site = request.headers.get('Sec-Fetch-Site')
    // `same-site` is another origin, which may belong to somebody else.
    if (site !== null)
      return site === 'same-origin' || site === 'none' ? E.right(request) : E.left(crossSite(origin ?? site))
    if (origin === null || hostOf(origin) === new URL(request.url).host) return E.right(request)
    return E.left(crossSite(origin))
  }

/**
 * Functions on the origin of a request: the site whose page sends it.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Origin = { check } as const
