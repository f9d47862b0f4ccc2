import { LogPlace } from '@foldlog/core'
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

const form = /^(\d{1,16})(?:;history="([^"]+)"(?:;id="([^"]+)")?)?$/

const problem = E.left(invalidHeader(header, 'must be a position of the log, as a reply returned it'))

/**
 * The place that a reader wants to see, `undefined` when the request names none.
 *
 * @category destructors
 * @since 0.1.0
 */
const parse = (request: Request): E.Either<RequestError, number | LogPlace | undefined> => {
  const value = request.headers.get(header)
  if (value === null) return E.right(undefined)
  const [, digits, history, id] = form.exec(value) ?? []
  const position = Number(digits)
  if (!Number.isSafeInteger(position)) return problem
  if (history === undefined) return E.right(position)
  // A request brings texts; the check says whether they are values of their types.
  const place = LogPlace.check({ position, history, ...(id === undefined ? undefined : { id }) } as LogPlace)
  return E.isLeft(place) ? problem : place
}

/**
 * A place in the form of the header.
 *
 * @category destructors
 * @since 0.1.0
 */
const show = (place: number | LogPlace): string => {
  if (typeof place === 'number') return `${place}`
  const { position, history, id } = place
  return `${position};history="${history}"${id === undefined ? '' : `;id="${id}"`}`
}

/**
 * Functions on places in headers.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Position = { header, parse, show } as const
