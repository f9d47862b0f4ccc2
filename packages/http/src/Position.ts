import { either as E } from 'fp-ts'
import { invalidHeader, type RequestError } from './RequestError.ts'

/**
 * The header with a position of the log: a reply to a command has that of its last event, and a read that brings it back can wait for it.
 *
 * @category constants
 * @since 0.1.0
 */
const header = 'Foldlog-Position'

/**
 * The position that a reader wants to see, `undefined` when he names none.
 *
 * @category destructors
 * @since 0.1.0
 */
const parse = (request: Request): E.Either<RequestError, number | undefined> => {
  const value = request.headers.get(header)
  if (value === null) return E.right(undefined)
  return /^\d{1,16}$/.test(value) && Number.isSafeInteger(Number(value))
    ? E.right(Number(value))
    : E.left(invalidHeader(header, 'must be a position of the log'))
}

/**
 * Functions on positions in headers.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Position = { header, parse } as const
