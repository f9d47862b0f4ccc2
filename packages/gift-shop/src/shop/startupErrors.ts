import { describeError, type HandlerMismatch, type InvalidInput, type StoreUnavailable } from '@foldlog/core'
import type { PortUnavailable } from '@foldlog/hono-server'
import type { EmbeddedPostgresError } from '@foldlog/postgres-embedded'
import { either as E } from 'fp-ts'

/**
 * A requested port that is invalid.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidPort {
  readonly _tag: 'InvalidPort'
  readonly asked: string
}

/**
 * Why the shop could not be opened.
 *
 * @category errors
 * @since 0.1.0
 */
export type StartupError =
  | InvalidPort
  | HandlerMismatch
  | InvalidInput
  | StoreUnavailable
  | PortUnavailable
  | EmbeddedPostgresError

/**
 * Parses the port in the environment; 0, a free one, when there is none.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parsePort = (asked = '0'): E.Either<InvalidPort, number> =>
  /^\d{1,5}$/.test(asked) && Number(asked) <= 65_535 ? E.right(Number(asked)) : E.left({ _tag: 'InvalidPort', asked })

/**
 * Describes an error in a sentence, without the address of the database, which may have a password.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeStartupError = (error: StartupError): string => {
  switch (error._tag) {
    case 'InvalidPort':
      return `PORT must be a number from 0 to 65535, is ${error.asked}`
    case 'PortUnavailable':
      return `port ${error.port} is not available: ${error.why}`
    case 'InvalidInput':
      return error.what === 'url' ? `FOLDLOG_DATABASE_URL ${error.why}` : describeError(error)
    case 'HandlerMismatch':
    case 'StoreUnavailable':
      return describeError(error)
    default:
      return error.message
  }
}
