import { either as E } from 'fp-ts'
import { invalidHeader, type RequestError } from './RequestError.ts'

/**
 * The name of the header.
 *
 * @category constants
 * @since 0.1.0
 */
const header = 'Idempotency-Key'

/**
 * Returns the key of a request, `undefined` when it has none: a text of 1 to 255 visible characters, with or without
 * the quotes that the draft of the header requires.
 *
 * @category destructors
 * @since 0.1.0
 */
const parse = (request: Request): E.Either<RequestError, string | undefined> => {
  const value = request.headers.get(header)?.trim()
  if (value === undefined) return E.right(undefined)
  const key = /^"([^"\\]*)"$/.exec(value)?.[1] ?? value
  return /^[\x21\x23-\x7e]{1,255}$/.test(key)
    ? E.right(key)
    : E.left(invalidHeader(header, 'must have 1 to 255 visible ASCII characters'))
}

/**
 * Functions on idempotency keys.
 *
 * @category namespace
 * @since 0.1.0
 */
export const IdempotencyKey = { header, parse } as const
