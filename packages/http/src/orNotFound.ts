import { taskEither as TE } from 'fp-ts'
import { notFound, type RequestError } from './RequestError.ts'

/** Whether a stream without an event was found where a version was expected. */
const isMissingStream = (error: { readonly _tag: string }): boolean =>
  error._tag === 'VersionConflict' && 'actual' in error && error.actual === 0

/**
 * For commands about what must be there already, `what` being a word for people: `order 17`. Without a precondition a thing that never was is answered with 404,
 * and a precondition counts only where the answer would be a success (RFC 9110, 13.2.1): so `If-Match` on it is a `NotFound` too, and no 412. A command that makes
 * what it names is not one of these.
 *
 * @category combinators
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { orNotFound } from '@foldlog/http'
 * import { versionConflict, type StreamName } from '@foldlog/core'
 * import { taskEither as TE } from 'fp-ts'
 *
 * // A deposit that expects version 3 of an account that nobody has opened.
 * export const deposit = (stream: StreamName) => orNotFound('account 17')(TE.left(versionConflict(stream, 3, 0)))
 * ```
 */
export const orNotFound =
  (what: string) =>
  <Err extends { readonly _tag: string }, A>(work: TE.TaskEither<Err, A>): TE.TaskEither<Err | RequestError, A> =>
    TE.mapLeft((error: Err): Err | RequestError => (isMissingStream(error) ? notFound(what) : error))(work)
