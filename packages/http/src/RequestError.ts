import type { ValidationProblem } from '@foldlog/core'

/**
 * An error of the request itself, before any domain code has run.
 *
 * - `NotJson`: the `Content-Type` of the body is not JSON.
 * - `MalformedJson`: the body is not valid JSON.
 * - `InvalidBody`: the codec rejects the body; each problem has its path, such as `body.items.2.amount`.
 * - `BodyTooLarge`: it has more than `limit` bytes.
 * - `InvalidHeader`: a header is not valid.
 * - `InvalidPath`: a parameter of the path is not valid.
 * - `InvalidQuery`: a parameter of the query is not valid; each problem has its name, such as `?to=`.
 * - `Unauthorized`: the request does not say who sends it. `challenge` is the value of `WWW-Authenticate`.
 * - `Forbidden`: the sender is known, and may not do this.
 * - `NotFound`: the resource does not exist.
 * - `PreconditionFailed`: `If-Match` can match no version.
 * - `IdempotencyKeyReused`: the key was used for another request, which was processed.
 * - `HostNotAllowed`: the request is for a host that the server does not serve.
 * - `CrossSiteRequest`: a page of another site has caused the request.
 * - `NotAnsweredInTime`: the work did not end within the preferred wait, in milliseconds. It may still end.
 *
 * @category errors
 * @since 0.1.0
 */
export type RequestError =
  | { readonly _tag: 'NotJson'; readonly type: string | undefined }
  | { readonly _tag: 'MalformedJson'; readonly why: string }
  | { readonly _tag: 'InvalidBody'; readonly problems: ReadonlyArray<ValidationProblem> }
  | { readonly _tag: 'BodyTooLarge'; readonly limit: number }
  | { readonly _tag: 'InvalidHeader'; readonly header: string; readonly why: string }
  | { readonly _tag: 'InvalidPath'; readonly problems: ReadonlyArray<ValidationProblem> }
  | { readonly _tag: 'InvalidQuery'; readonly problems: ReadonlyArray<ValidationProblem> }
  | { readonly _tag: 'Unauthorized'; readonly challenge: string }
  | { readonly _tag: 'Forbidden'; readonly why: string }
  | { readonly _tag: 'NotFound'; readonly what: string }
  | { readonly _tag: 'PreconditionFailed'; readonly header: string }
  | { readonly _tag: 'IdempotencyKeyReused'; readonly key: string }
  | { readonly _tag: 'HostNotAllowed'; readonly host: string }
  | { readonly _tag: 'CrossSiteRequest'; readonly origin: string }
  | { readonly _tag: 'NotAnsweredInTime'; readonly wait: number }

/**
 * Makes an `InvalidHeader`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalidHeader = (header: string, why: string): RequestError => ({ _tag: 'InvalidHeader', header, why })

/**
 * Makes a `NotFound`. `what` is a text for people: `order 17`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const notFound = (what: string): RequestError => ({ _tag: 'NotFound', what })

/**
 * Makes an `Unauthorized`. `challenge` is the value of `WWW-Authenticate`, `Bearer` when absent.
 *
 * @category constructors
 * @since 0.1.0
 */
export const unauthorized = (challenge = 'Bearer'): RequestError => ({ _tag: 'Unauthorized', challenge })

/**
 * Makes a `Forbidden`. `why` is a text for the sender: `Only the owner of an account may close it.`
 *
 * @category constructors
 * @since 0.1.0
 */
export const forbidden = (why: string): RequestError => ({ _tag: 'Forbidden', why })
