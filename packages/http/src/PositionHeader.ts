import { LogPosition } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { invalidHeader, type RequestError } from './RequestError.ts'

/**
 * The header with a place in the log: a reply to a command has the place of its last event, and a read that sends it
 * back can wait for it. It is a position, with the history of the log and the id of the event as parameters:
 * `17;history="...";id="..."`. A position alone is a place whose history is not compared.
 *
 * @category constants
 * @since 0.1.0
 */
const header = 'Foldlog-Position'

const pattern = /^(\d{1,16})(?:;history="([^"]+)"(?:;id="([^"]+)")?)?$/

/**
 * Reads a place from the value of a header with this name.
 *
 * @category destructors
 * @since 0.1.0
 */
const read = (name: string, value: string): E.Either<RequestError, number | LogPosition> => {
  const invalid = E.left(invalidHeader(name, 'must be a position of the log, as a reply returned it'))
  const [, digits, history, id] = pattern.exec(value) ?? []
  const position = Number(digits)
  if (!Number.isSafeInteger(position)) return invalid
  if (history === undefined) return E.right(position)
  // A request has only texts; the check validates their types.
  const logPosition = LogPosition.check({
    position,
    history,
    ...(id === undefined ? undefined : { id }),
  } as LogPosition)
  return E.isLeft(logPosition) ? invalid : logPosition
}

/**
 * Returns the position that a read must include, `undefined` when the request names none.
 *
 * @category destructors
 * @since 0.1.0
 */
const parse = (request: Request): E.Either<RequestError, number | LogPosition | undefined> => {
  const value = request.headers.get(header)
  return value === null ? E.right(undefined) : read(header, value)
}

/**
 * Formats a place for the header.
 *
 * @category destructors
 * @since 0.1.0
 */
const format = (logPosition: number | LogPosition): string => {
  if (typeof logPosition === 'number') return `${logPosition}`
  const { position, history, id } = logPosition
  return `${position};history="${history}"${id === undefined ? '' : `;id="${id}"`}`
}

/**
 * Functions on places in headers.
 *
 * @category namespace
 * @since 0.1.0
 */
export const PositionHeader = { header, read, parse, format } as const
