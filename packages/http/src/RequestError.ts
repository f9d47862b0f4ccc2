import type { ValidationProblem } from '@foldlog/core'

/**
 * What is wrong with a request itself, before any domain has seen it.
 *
 * - `NotJson`: the body is said to be of another type than JSON.
 * - `MalformedJson`: it is said to be JSON and is none.
 * - `InvalidBody`: it is not what the codec describes; each problem has its path, such as `body.items.2.amount`.
 * - `BodyTooLarge`: it has more than `limit` bytes.
 * - `InvalidHeader`: a header that cannot be understood.
 * - `InvalidPath`: a part of the address that cannot name anything.
 * - `NotFound`: nothing is there.
 * - `PreconditionFailed`: what `If-Match` says can hold for no version at all.
 * - `IdempotencyKeyReused`: the key is that of another request, which was done.
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
  | { readonly _tag: 'NotFound'; readonly what: string }
  | { readonly _tag: 'PreconditionFailed'; readonly header: string }
  | { readonly _tag: 'IdempotencyKeyReused'; readonly key: string }

/**
 * An `InvalidHeader`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const invalidHeader = (header: string, why: string): RequestError => ({ _tag: 'InvalidHeader', header, why })

/**
 * A `NotFound`. `what` is a word for people: `order 17`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const notFound = (what: string): RequestError => ({ _tag: 'NotFound', what })
