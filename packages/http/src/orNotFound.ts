import { StreamName } from '@foldlog/core'
import { taskEither as TE } from 'fp-ts'
import { notFound, type RequestError } from './RequestError.ts'

/** Whether the error is a version conflict with a stream that has no events. */
const isMissingStream = (error: { readonly _tag: string }): error is { readonly _tag: string; stream: StreamName } =>
  Object(error)._tag === 'VersionConflict' && 'actual' in error && error.actual === 0

/**
 * Turns a version conflict with a missing stream into `NotFound`, for commands on an existing resource; `what` is a
 * text for people: `order 17`, made from the name of the stream when absent. Without a precondition a missing resource
 * is answered with 404, and a precondition is evaluated only where the answer would otherwise be a success (RFC 9110,
 * 13.2.1): so `If-Match` on it is a `NotFound` too, and not a 412. Do not use it for a command that creates its
 * resource.
 *
 * @category combinators
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { orNotFound } from '@foldlog/http'
 * import { type StreamName } from '@foldlog/core'
 * import { versionConflict } from '@foldlog/core/store'
 * import { taskEither as TE } from 'fp-ts'
 *
 * // A deposit that expects version 3 of an account that was never opened.
 * export const deposit = (stream: StreamName) => orNotFound('account 17')(TE.left(versionConflict(stream, 3, 0)))
 * ```
 */
export const orNotFound =
  (what?: string) =>
  <Err extends { readonly _tag: string }, A>(work: TE.TaskEither<Err, A>): TE.TaskEither<Err | RequestError, A> =>
    TE.mapLeft((error: Err): Err | RequestError => {
      if (!isMissingStream(error)) return error
      return notFound(what ?? `${StreamName.category(error.stream)} ${StreamName.id(error.stream)}`)
    })(work)
